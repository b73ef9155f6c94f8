import { resolveSrv } from 'node:dns/promises';
import type { ServerChoice } from '../../kind.js';
import type { AdSettings } from '../settings.js';

interface SrvRecord {
  name: string;
  port: number;
  priority: number;
  weight: number;
}

export type LookUp = (name: string) => Promise<SrvRecord[]>;

/** The controllers of the domain in order of preference: those of the settings, or those that DNS names (MS-ADTS §6.3.2.3). */
export async function serversOf(settings: AdSettings, lookUp: LookUp = resolveSrv): Promise<string[]> {
  if (settings.servers && settings.servers.length > 0) return settings.servers;
  const { domain, site, startTls } = settings;
  const near = site === undefined ? [] : await found(lookUp, `_ldap._tcp.${site}._sites.dc._msdcs.${domain}`);
  const anywhere = await found(lookUp, `_ldap._tcp.dc._msdcs.${domain}`);
  const scheme = startTls ? 'ldap' : 'ldaps';
  return [
    ...new Set(
      [...near, ...anywhere].map(({ name }) => `${scheme}://${name.toLowerCase().replace(/\.$/, '')}`),
    ),
  ];
}

async function found(lookUp: LookUp, name: string): Promise<SrvRecord[]> {
  try {
    return inOrder(await lookUp(name));
  } catch {
    return [];
  }
}

/** RFC 2782: lower priority first, and among equals the heavier first. */
export function inOrder(records: readonly SrvRecord[]): SrvRecord[] {
  return [...records].sort(
    (a, b) => a.priority - b.priority || b.weight - a.weight || a.name.localeCompare(b.name),
  );
}

/** Without a store that replicas share, the choice lives here. */
export class OwnChoice implements ServerChoice {
  #server: string | undefined;
  #movedAt: number | undefined;

  constructor(private readonly now: () => number) {}

  async current(): Promise<string | undefined> {
    return this.#server;
  }

  async move(from: string | undefined, to: string): Promise<boolean> {
    if (this.#server !== from) return false;
    if (from !== undefined) this.#movedAt = this.now();
    this.#server = to;
    return true;
  }

  async movedAt(): Promise<number | undefined> {
    return this.#movedAt;
  }
}
