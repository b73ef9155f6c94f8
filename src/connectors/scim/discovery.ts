import type { JsonObject } from '../../schema/types.js';
import type { ResourceKind } from '../connector.js';
import { ConnectorError } from '../connector.js';
import { isObject } from './scim-path.js';
import type { ScimSession } from './scim-session.js';
import type { ScimTargetSettings } from './settings.js';

/** What the server can do (RFC 7643 §5, RFC 9865 §4), or what its profile says of it. */
export interface Abilities {
  patch: boolean;
  put: boolean;
  bulk: boolean;
  filter: boolean;
  etag: boolean;
  cursor: boolean;
  endpoints: Readonly<Record<string, string>>;
  /** Where the knowledge comes from, for `check`. */
  source: 'ServiceProviderConfig' | 'profile' | 'assumed';
}

const endpoints = { User: '/Users', Group: '/Groups' };

/** Entra as a SCIM server: no PUT, no Bulk, pages by cursor, filters eq/ew joined by `and`. */
const entra: Abilities = {
  patch: true,
  put: false,
  bulk: false,
  filter: true,
  etag: false,
  cursor: true,
  endpoints,
  source: 'profile',
};
const assumed: Abilities = { ...entra, put: true, cursor: false, source: 'assumed' };

const freshMs = 10 * 60_000;

/** Asks once and remembers for a while. */
export class Discovery {
  private known?: { abilities: Promise<Abilities>; at: number };

  constructor(
    private readonly session: ScimSession,
    private readonly settings: ScimTargetSettings,
    private readonly now: () => number,
  ) {}

  async abilities(signal: AbortSignal): Promise<Abilities> {
    if (this.settings.profile === 'entra') return entra;
    if (!this.known || this.now() - this.known.at > freshMs) {
      this.known = { abilities: this.ask(signal), at: this.now() };
    }
    try {
      return await this.known.abilities;
    } catch (error) {
      this.known = undefined;
      throw error;
    }
  }

  async endpoint(kind: ResourceKind, signal: AbortSignal): Promise<string> {
    const { endpoints: known } = await this.abilities(signal);
    const endpoint = known[kind];
    if (endpoint !== undefined) return endpoint;
    throw new ConnectorError({
      kind: 'misconfigured',
      detail: `the application has no resource type ${kind}; it has ${Object.keys(known).join(', ')}`,
    });
  }

  private async ask(signal: AbortSignal): Promise<Abilities> {
    const config = await this.session.send('GET', '/ServiceProviderConfig', { accept: [404, 501] }, signal);
    if (config.status !== 200) return assumed;
    const supports = (name: string) => isObject(config.body[name]) && config.body[name].supported === true;
    const pagination = config.body.pagination;
    return {
      patch: supports('patch'),
      put: true,
      bulk: supports('bulk'),
      filter: supports('filter'),
      etag: supports('etag'),
      cursor: isObject(pagination) && pagination.cursor === true && pagination.index !== true,
      endpoints: await this.resourceTypes(signal),
      source: 'ServiceProviderConfig',
    };
  }

  private async resourceTypes(signal: AbortSignal): Promise<Record<string, string>> {
    const { status, body } = await this.session.send('GET', '/ResourceTypes', { accept: [404, 501] }, signal);
    const listed = status === 200 && Array.isArray(body.Resources) ? body.Resources.filter(isObject) : [];
    const types = listed.flatMap(({ name, endpoint }: JsonObject) =>
      typeof name === 'string' && typeof endpoint === 'string' ? [[name, pathOf(endpoint)] as const] : [],
    );
    return types.length > 0 ? Object.fromEntries(types) : endpoints;
  }
}

/** RFC 7643 §6: relative to the base URL, yet some servers answer with a whole URL. */
function pathOf(endpoint: string): string {
  const path = /^https?:/i.test(endpoint) ? `/${endpoint.split('/').pop() ?? ''}` : endpoint;
  return path.startsWith('/') ? path : `/${path}`;
}
