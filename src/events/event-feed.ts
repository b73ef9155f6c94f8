import { setTimeout as pause } from 'node:timers/promises';
import type { SchemaRegistry } from '../schema/schema-registry.js';
import type { EventStore, StoredEvent } from './event.js';
import type { PollRequest } from './poll-request.js';
import type { TokenSigner } from './token-signer.js';

export interface EventFeedSettings {
  /** `iss` of every token. */
  issuer: string;
  /** PEM; without any the tokens are not signed. */
  signingKeys: readonly string[];
  /** How long a poll is held open while there is nothing to tell. */
  longPollMs: number;
  /** Tokens of one answer at most. */
  mostEvents: number;
  /** Events older than this are gone, acknowledged or not. */
  retentionMs: number;
}

export interface PollAnswer {
  /** Tokens by `jti`. */
  sets: Record<string, string>;
  moreAvailable: boolean;
}

export interface EventFeedParts {
  store: EventStore;
  registry: SchemaRegistry;
  signer: TokenSigner;
  settings: EventFeedSettings;
  warn(detail: Record<string, unknown>, message: string): void;
}

const lookEveryMs = 250;
/** Polls that are held open at the same time; more are answered at once. */
const mostWaiting = 200;

/** Answers polls (RFC 8936): each receiver has what it has not acknowledged, as often as it asks. */
export class EventFeed {
  private waiting = 0;
  private readonly stopping = new AbortController();

  constructor(private readonly parts: EventFeedParts) {}

  /** `gone`: nobody waits for the answer any more. */
  async poll(receiver: string, request: PollRequest, gone: AbortSignal): Promise<PollAnswer> {
    await this.acknowledge(receiver, request);
    const { maxEvents } = request;
    if (maxEvents === 0) return { sets: {}, moreAvailable: (await this.look(receiver, 1)).length > 0 };
    const found = await this.wait(receiver, request, gone);
    return {
      sets: await this.tokens(receiver, found.slice(0, maxEvents)),
      moreAvailable: found.length > maxEvents,
    };
  }

  jwks() {
    return this.parts.signer.jwks();
  }

  /** Polls that are held open are answered. */
  stop(): void {
    this.stopping.abort();
  }

  /** A token that the receiver cannot use is not sent again: it would not be better the next time. */
  private async acknowledge(receiver: string, { ack, setErrs }: PollRequest): Promise<void> {
    for (const [jti, error] of Object.entries(setErrs))
      this.parts.warn({ receiver, jti, ...error }, 'a receiver of events cannot use a token');
    await this.parts.store.acknowledge(receiver, [...ack, ...Object.keys(setErrs)]);
  }

  private async wait(receiver: string, request: PollRequest, gone: AbortSignal): Promise<StoredEvent[]> {
    const wanted = request.maxEvents + 1;
    const found = await this.look(receiver, wanted);
    if (found.length > 0 || request.returnImmediately || this.waiting >= mostWaiting) return found;
    this.waiting++;
    try {
      return await this.lookOn(receiver, wanted, AbortSignal.any([gone, this.stopping.signal]));
    } finally {
      this.waiting--;
    }
  }

  private async lookOn(receiver: string, wanted: number, ended: AbortSignal): Promise<StoredEvent[]> {
    const until = performance.now() + this.parts.settings.longPollMs;
    while (performance.now() < until && !ended.aborted) {
      await pause(lookEveryMs, undefined, { signal: ended }).catch(() => undefined);
      const found = ended.aborted ? [] : await this.look(receiver, wanted);
      if (found.length > 0) return found;
    }
    return [];
  }

  private async look(receiver: string, wanted: number): Promise<StoredEvent[]> {
    await this.parts.store.place();
    return this.parts.store.pending(receiver, wanted);
  }

  private async tokens(receiver: string, events: readonly StoredEvent[]): Promise<Record<string, string>> {
    const { signer } = this.parts;
    const made = await Promise.all(
      events.map(async (event) => [event.id, await signer.token(this.claims(receiver, event))] as const),
    );
    return Object.fromEntries(made);
  }

  /** RFC 8417 §2.2 and RFC 9967 §2.1: the subject is `sub_id`, never `sub`. */
  private claims(receiver: string, event: StoredEvent) {
    const { registry, settings } = this.parts;
    const endpoint = registry.resourceType(event.resourceType)?.endpoint ?? `/${event.resourceType}`;
    return {
      iss: settings.issuer,
      jti: event.id,
      iat: Math.floor(event.at / 1000),
      aud: [receiver],
      txn: event.txn,
      sub_id: { format: 'scim', uri: `${endpoint}/${event.resourceId}` },
      events: event.events,
    };
  }
}
