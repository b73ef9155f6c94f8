import { createHash, timingSafeEqual } from 'node:crypto';
import type { TokenEntry } from '../config/files.js';

export interface TokenHolder {
  name: string;
  client: 'entra' | 'okta' | 'generic';
  source: string;
  scopes: readonly string[];
  user?: string;
}

/** The token was good once; whoever holds it may know. */
export class ExpiredToken extends Error {
  constructor(
    readonly holder: string,
    readonly at: Date,
  ) {
    super(`The token "${holder}" expired on ${at.toISOString()}.`);
    this.name = 'ExpiredToken';
  }
}

interface Entry {
  hash: Buffer;
  expires: number;
  holder: TokenHolder;
}

const digest = (token: string) => createHash('sha256').update(token).digest();

/** `sha256:<hex>` of a token: what stands in auth.yaml. Tokens are 256 random bits, so a slow hash adds nothing. */
export function hashToken(token: string): string {
  return `sha256:${digest(token).toString('hex')}`;
}

/** Which entry a token belongs to. */
export class Tokens {
  private entries: readonly Entry[];

  constructor(
    entries: readonly TokenEntry[],
    private readonly now: () => number = Date.now,
  ) {
    this.entries = entries.map(entryOf);
  }

  /** Takes new entries over; requests under way keep their caller. */
  replace(entries: readonly TokenEntry[]): void {
    this.entries = entries.map(entryOf);
  }

  /** Every entry is compared, each in constant time, so that timing tells nothing. Throws `ExpiredToken`. */
  holder(token: string): TokenHolder | undefined {
    const given = digest(token);
    let found: Entry | undefined;
    for (const entry of this.entries) {
      if (timingSafeEqual(given, entry.hash)) found = entry;
    }
    if (found && found.expires <= this.now())
      throw new ExpiredToken(found.holder.name, new Date(found.expires));
    return found?.holder;
  }
}

function entryOf(entry: TokenEntry): Entry {
  return {
    hash: Buffer.from(entry.hash.slice('sha256:'.length), 'hex'),
    // What is no date ends the token: the other way it would be good for ever.
    expires: entry.expires === undefined ? Infinity : Date.parse(entry.expires) || 0,
    holder: {
      name: entry.name,
      client: entry.client,
      source: entry.source ?? entry.name,
      scopes: entry.scopes,
      ...(entry.user === undefined ? {} : { user: entry.user }),
    },
  };
}
