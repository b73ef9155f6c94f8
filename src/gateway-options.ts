import { readFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { dirname, join, resolve } from 'node:path';
import { storeLocation } from './config/store-options.js';
import type { LandfallConfig, LoadedTarget } from './config/load-config.js';
import type { ObjectBlock, ReconcileBlock } from './config/files.js';
import { duration, size } from './config/units.js';
import type { ObjectOptions, TargetOptions } from './delivery/create-targets.js';
import type { SealingKey } from './delivery/sealing.js';
import {
  deliveryDefaults,
  type DeliverySettings,
  type GuardDefinition,
  type ReconcileSettings,
} from './delivery/target-definition.js';
import { compileAuthority, type AuthorityRule } from './identity/authority/compile-authority.js';
import type { SchemaRegistry } from './schema/schema-registry.js';
import { eventUris } from './events/event.js';
import type { EventFeedSettings } from './events/event-feed.js';
import type { ScimSettings } from './scim/http/settings.js';
import { compileFeed, type CsvFeed } from './sources/csv/compile-feed.js';
import type { CsvSettings } from './sources/csv/settings.js';
import type { SourceDefinition } from './sources/intake/source-definition.js';
import type { StoreOptions } from './store/data-source.js';

/** The words of the configuration files in the words of the modules. */
export function scimSettings({ scim, server, events }: LandfallConfig, version: string): ScimSettings {
  return {
    ...(server.publicUrl === undefined ? {} : { publicUrl: server.publicUrl.replace(/\/$/, '') }),
    defaultPageSize: scim.defaultPageSize,
    maxPageSize: scim.maxPageSize,
    cursorTimeoutSeconds: Math.ceil(duration(scim.cursorTimeout) / 1000),
    maxBodyBytes: size(scim.maxBodySize),
    maxJsonDepth: scim.maxJsonDepth,
    maxBulkOperations: scim.maxBulkOperations,
    maxPatchOperations: scim.maxPatchOperations,
    ...(scim.documentationUri === undefined ? {} : { documentationUri: scim.documentationUri }),
    ...(events.enabled ? { eventUris: Object.values(eventUris) } : {}),
    version,
  };
}

/** Undefined: the feed is off. */
export function eventFeedSettings({ events, server }: LandfallConfig): EventFeedSettings | undefined {
  if (!events.enabled) return undefined;
  return {
    issuer: events.issuer ?? server.publicUrl ?? 'landfall',
    signingKeys: events.signingKeys.map(({ value }) => value),
    longPollMs: duration(events.longPoll),
    mostEvents: events.maxEvents,
    retentionMs: duration(events.retention),
  };
}

/** HTTPS by the gateway itself; TLS 1.2 is the oldest version that Entra and we speak. */
export function tlsOptions({ server: { tls } }: LandfallConfig): { https?: ServerOptions } {
  if (!tls) return {};
  const { certFile, keyFile } = tls;
  return { https: { cert: readFileSync(certFile), key: readFileSync(keyFile), minVersion: 'TLSv1.2' } };
}

export function storeOptions({ store, folder }: LandfallConfig): StoreOptions {
  return storeLocation(store, folder);
}

export function deliverySettings({ delivery }: LandfallConfig): DeliverySettings {
  const { first, longest, attempts } = delivery.retry;
  return {
    ...deliveryDefaults,
    retry: { firstMs: duration(first), longestMs: duration(longest), attempts },
    initialPasswordMs: duration(delivery.initialPasswordLives),
    passwordWaitsMs: duration(delivery.passwordWaits),
    retention: {
      logMs: duration(delivery.retention.log),
      jobMs: duration(delivery.retention.jobs),
      decidedMs: duration(delivery.retention.decisions),
      guardMs: duration(delivery.retention.guardCounts),
    },
    mustChangeInitialPassword: delivery.mustChangeInitialPassword,
    timeZone: delivery.employer.timeZone,
    reconcile: reconcileSettings(delivery.reconcile),
  };
}

function reconcileSettings({ every, perSecond }: ReconcileBlock): ReconcileSettings {
  return { perSecond, ...(every === undefined ? {} : { everyMs: duration(every) }) };
}

export function sealingKeys({ delivery }: LandfallConfig): SealingKey[] {
  return delivery.secrets.keys.map(({ name, value }) => ({ name, key: Buffer.from(value, 'base64') }));
}

export function targetOptions(targets: LandfallConfig['targets']): TargetOptions[] {
  return targets.map((target) => {
    const { file, kind, settings, name, revision, objects } = target;
    return {
      name,
      kind,
      settings,
      revision,
      answer: file.answer,
      answerWithinMs: duration(file.answerWithin),
      whenUnavailable: file.whenUnavailable,
      parallel: file.parallel,
      dependsOn: file.dependsOn,
      ...guardOf(target),
      objects: Object.fromEntries(
        Object.entries(objects).map(([type, block]) => [type, objectOptions(block)]),
      ),
      ...domainsOf(target),
    };
  });
}

/** Of a checked configuration. */
export function authorityRules(
  { authority }: LandfallConfig,
  registry: SchemaRegistry,
): Record<string, AuthorityRule[]> {
  return Object.fromEntries(
    Object.entries(authority).map(([type, entries]) => [
      type,
      compileAuthority(registry.resourceType(type)!, entries).rules,
    ]),
  );
}

export function sourceDefinitions({ sources }: LandfallConfig): SourceDefinition[] {
  return sources.map(({ name, file: { match, matchGroups, leavers, unknownAttributes } }) => ({
    name,
    match: { User: match, Group: matchGroups },
    leavers,
    ignoreUnknown: unknownAttributes === 'ignore',
  }));
}

/** Their settings were checked when the configuration was read. */
export function csvFeeds(
  { sources, folder, delivery }: LandfallConfig,
  registry: SchemaRegistry,
): Map<string, CsvFeed> {
  const csv = sources.filter(({ kind }) => kind === 'csv');
  return new Map(
    csv.map(({ name, settings }) => {
      const { feed, faults } = compileFeed(
        settings as unknown as CsvSettings,
        registry,
        delivery.employer.timeZone,
      );
      if (!feed) throw new Error(`source ${name}: ${faults.map(({ detail }) => detail).join('; ')}`);
      const { watch } = feed.settings;
      if (watch !== undefined) feed.settings.watch = resolve(folder, watch);
      return [name, feed];
    }),
  );
}

/** Beside the embedded store; with PostgreSQL beside the configuration. */
export function importsFolder(config: LandfallConfig): string {
  const store = storeOptions(config);
  return join(store.engine === 'sqlite' ? dirname(store.file) : join(config.folder, '..'), 'imports');
}

function guardOf({ file: { guard } }: LoadedTarget): { guard?: GuardDefinition } {
  if (!guard) return {};
  const { window, disables, deletes, memberRemovals } = guard;
  return { guard: { windowMs: duration(window), thresholds: { disables, deletes, memberRemovals } } };
}

/** The domain of the target is what expressions call the default one. */
function domainsOf({ file, settings }: LoadedTarget): { defaultDomain?: string; domainFqdn?: string } {
  const { domain } = settings as { domain?: string };
  const defaultDomain = file.defaultDomain ?? domain;
  return {
    ...(defaultDomain === undefined ? {} : { defaultDomain }),
    ...(domain === undefined ? {} : { domainFqdn: domain }),
  };
}

function objectOptions(block: ObjectBlock): ObjectOptions {
  const { deleteAfter, ...rest } = block;
  return { ...rest, ...(deleteAfter === undefined ? {} : { deleteAfterMs: duration(deleteAfter) }) };
}
