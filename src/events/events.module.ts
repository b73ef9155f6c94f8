import {
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type ModuleMetadata,
} from '@nestjs/common';
import { SchemaRegistry } from '../schema/schema-registry.js';
import { EventStore } from './event.js';
import { EventFeed, type EventFeedParts, type EventFeedSettings } from './event-feed.js';
import { EventsController } from './events.controller.js';
import { EVENT_FEED_SETTINGS } from './settings.js';
import { TokenSigner } from './token-signer.js';

class EventFeedLife implements BeforeApplicationShutdown {
  constructor(private readonly feed: EventFeed) {}

  beforeApplicationShutdown(): void {
    this.feed.stop();
  }
}

export interface EventsOptions {
  /** Where the schemas come from. */
  imports: NonNullable<ModuleMetadata['imports']>;
  settings: EventFeedSettings;
  warn: EventFeedParts['warn'];
}

/** Tells receivers what changed (RFC 9967), by poll. Only there when the feed is on. */
@Module({})
export class EventsModule {
  static register({ imports, settings, warn }: EventsOptions): DynamicModule {
    return {
      module: EventsModule,
      imports,
      controllers: [EventsController],
      providers: [
        { provide: EVENT_FEED_SETTINGS, useValue: settings },
        {
          provide: EventFeed,
          inject: [EventStore, SchemaRegistry],
          useFactory: async (store: EventStore, registry: SchemaRegistry) =>
            new EventFeed({
              store,
              registry,
              settings,
              warn,
              signer: await TokenSigner.of(settings.signingKeys),
            }),
        },
        {
          provide: EventFeedLife,
          inject: [EventFeed],
          useFactory: (feed: EventFeed) => new EventFeedLife(feed),
        },
      ],
    };
  }
}
