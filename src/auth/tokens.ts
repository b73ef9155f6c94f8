import { createHash, timingSafeEqual } from 'node:crypto';
import type { TokenEntry } from '../config/files.js';

export interface TokenHolder {
  name: string;
  client: 'entra' | 'okta' | 'generic';
  source: string;
  scopes: readonly string[];
  user?: string;
}

/** `sha256:<hex>` of a token: what stands in auth.yaml. Tokens are 256 random bits, so a slow hash adds nothing. */
export function hashToken(token: string): string {
  return `sha256:${createHash('sha256').update(token).digest('hex')}`;
}

/** Which entry a token belongs to. Every entry is compared, each in constant time, so that timing tells nothing. */
export class Tokens {
  private readonly entries: readonly { hash: Buffer; expires: number; holder: TokenHolder }[];

  constructor(
    entries: readonly TokenEntry[],
    private readonly now: () => number = Date.now,
  ) {
    this.entries = entries.map((entry) => ({
      hash: Buffer.from(entry.hash.slice('sha256:'.length), 'hex'),
      expires: entry.expires === undefined ? Infinity : Date.parse(entry.expires),
      holder: {
        name: entry.name,
        client: entry.client,
        source: entry.source ?? entry.name,
        scopes: entry.scopes,
        ...(entry.user === undefined ? {} : { user: entry.user }),
      },
    }));
  }

  holder(token: string): TokenHolder | undefined {
    const given = createHash('sha256').update(token).digest();
    let found: TokenHolder | undefined;
    for (const { hash, expires, holder } of this.entries) {
      const same = timingSafeEqual(given, hash);
      if (same && expires > this.now()) found = holder;
    }
    return found;
  }
}
