import { Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from './auth/index.js';
import type { LandfallConfig } from './config/load-config.js';
import { ConnectorsModule } from './connectors/connectors.module.js';
import type { ConnectorRegistry } from './connectors/registry.js';
import { createTargets, describeTargets } from './delivery/create-targets.js';
import { DELIVERY_CONFIG, DeliveryModule, type DeliveryConfig } from './delivery/delivery.module.js';
import { StoreClock, TargetStore } from './delivery/ports.js';
import { createRuleGroups } from './delivery/rule-groups/rule-group-definition.js';
import { Targets } from './delivery/targets.js';
import { EventRecorder } from './events/event-recorder.js';
import { EventsModule } from './events/events.module.js';
import {
  authorityRules,
  csvFeeds,
  deliverySettings,
  eventFeedSettings,
  importsFolder,
  scimSettings,
  sealingKeys,
  sourceDefinitions,
  storeOptions,
  targetOptions,
} from './gateway-options.js';
import { Authority } from './identity/authority/authority.js';
import { IdentityModule } from './identity/identity.module.js';
import type { GatewayLog } from './log.js';
import { OperationsModule } from './operations/operations.module.js';
import { SchemaRegistry } from './schema/schema-registry.js';
import { SCIM_SETTINGS } from './scim/http/settings.js';
import { InboundModule } from './scim/inbound.module.js';
import { ScimModule } from './scim/scim.module.js';
import { CsvModule } from './sources/csv/csv.module.js';
import { SourceDefinitions } from './sources/intake/source-definition.js';
import { SourcesModule } from './sources/sources.module.js';
import { STORES, StoreModule } from './store/store.module.js';
import type { Stores } from './store/stores.js';

export interface AppOptions {
  config: LandfallConfig;
  connectors: ConnectorRegistry;
  registry: SchemaRegistry;
  log: GatewayLog;
  version: string;
}

/** What the configuration gives to more than one module. */
@Module({})
class ConfiguredModule {
  static register({ config, registry, log }: AppOptions): DynamicModule {
    return {
      module: ConfiguredModule,
      providers: [
        { provide: SchemaRegistry, useValue: registry },
        { provide: Authority, useValue: new Authority(authorityRules(config, registry)) },
        { provide: SourceDefinitions, useValue: new SourceDefinitions(sourceDefinitions(config)) },
        {
          provide: DELIVERY_CONFIG,
          inject: [STORES],
          useFactory: (stores: Stores): DeliveryConfig => ({
            settings: deliverySettings(config),
            keys: sealingKeys(config),
            storeId: stores.facts.storeId,
            ruleGroups: createRuleGroups(config.ruleGroups, registry),
            logger: log,
            ...recordingOf(config, stores),
          }),
        },
        {
          provide: Targets,
          inject: [STORES, TargetStore, StoreClock],
          useFactory: (stores: Stores, targetStore: TargetStore, clock: StoreClock) => {
            const surroundings = { storeId: stores.facts.storeId, registry, targetStore, clock, log };
            const off = describeTargets(targetOptions(config.targetsOff), registry);
            return new Targets(createTargets(targetOptions(config.targets), surroundings), targetStore, off);
          },
        },
      ],
      exports: [SchemaRegistry, Authority, SourceDefinitions, DELIVERY_CONFIG, Targets],
    };
  }
}

/** Changes are recorded as events only where the feed is on; what was recorded is deleted in any case. */
function recordingOf(config: LandfallConfig, { events, resources }: Stores) {
  const settings = eventFeedSettings(config);
  const forMs = settings?.retentionMs ?? 0;
  return {
    ...(settings ? { recorder: new EventRecorder(events, () => resources.epoch()) } : {}),
    kept: [
      { name: 'events', forMs, deleteBefore: (at: number, limit: number) => events.deleteBefore(at, limit) },
    ],
  };
}

/** The gateway: the one place that knows every module. */
@Module({})
export class AppModule {
  static register(options: AppOptions): DynamicModule {
    const { config, connectors, registry, log, version } = options;
    const store = StoreModule.forRoot(storeOptions(config), registry);
    const configured = ConfiguredModule.register(options);
    const delivery = DeliveryModule.register([configured]);
    const identity = IdentityModule.register([delivery, configured]);
    const sources = SourcesModule.register([configured, identity]);
    const settings = { provide: SCIM_SETTINGS, useValue: scimSettings(config, version) };
    const events = eventFeedSettings(config);
    const csv = CsvModule.register([configured, delivery, sources], {
      feeds: csvFeeds(config, registry),
      filesFolder: importsFolder(config),
      logger: log,
    });
    return {
      module: AppModule,
      imports: [
        AuthModule.register(config.auth.tokens, {
          failures: config.auth.failures,
          reloadFrom: config.folder,
        }),
        ConnectorsModule.register(connectors),
        store,
        OperationsModule.register([configured, delivery, sources, csv]),
        csv,
        ScimModule.register({ imports: [identity, configured], settings }),
        InboundModule.register({ imports: [sources, configured], settings }),
        ...(events
          ? [
              EventsModule.register({
                imports: [configured],
                settings: events,
                warn: (detail, message) => options.log.warn(detail, message),
              }),
            ]
          : []),
      ],
    };
  }
}
