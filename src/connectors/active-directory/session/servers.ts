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

/** Answers of DNS that there is no such name. Everything else says nothing about the domain. */
const NOT_THERE = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * The controllers of the domain in order of preference: those of the settings, or those that DNS names (MS-ADTS §6.3.2.3).
 * Throws what the look-up threw where DNS could not be asked.
 */
export async function serversOf(
  settings: AdSettings,
  lookUp: LookUp = resolveSrv,
): Promise<readonly string[]> {
  if (settings.servers && settings.servers.length > 0) return settings.servers;
  const { domain, site, startTls } = settings;
  const names = [
    ...(site === undefined ? [] : [`_ldap._tcp.${site}._sites.dc._msdcs.${domain}`]),
    `_ldap._tcp.dc._msdcs.${domain}`,
  ];
  const answers = await Promise.allSettled(names.map((name) => lookUp(name)));
  const records = answers.flatMap((answer) => (answer.status === 'fulfilled' ? inOrder(answer.value) : []));
  const unanswered = answers.find(
    (answer) => answer.status === 'rejected' && !NOT_THERE.has(answer.reason?.code),
  );
  if (records.length === 0 && unanswered) throw (unanswered as PromiseRejectedResult).reason;
  const scheme = startTls ? 'ldap' : 'ldaps';
  return [...new Set(records.map(({ name }) => `${scheme}://${name.toLowerCase().replace(/\.$/, '')}`))];
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
