import type { Json, JsonObject } from '../../schema/types.js';
import { ConnectorError, type ResourceKind } from '../connector.js';
import type { Discovery } from './discovery.js';
import { isObject, parsePath, readPath } from './scim-path.js';
import type { Answer, ScimSession } from './scim-session.js';

/** Finds resources: by id, by value, all of a kind. */
export class ScimLookup {
  constructor(
    private readonly session: ScimSession,
    private readonly discovery: Discovery,
    private readonly pageSize: number,
  ) {}

  async path(kind: ResourceKind, id: string, signal: AbortSignal): Promise<string> {
    return `${await this.discovery.endpoint(kind, signal)}/${encodeURIComponent(id)}`;
  }

  async byId(kind: ResourceKind, id: string, signal: AbortSignal, attributes?: string): Promise<Answer> {
    const query = attributes === undefined ? {} : { query: { attributes } };
    return this.session.send('GET', await this.path(kind, id, signal), query, signal);
  }

  /** Whose `attribute` equals the value. The answer is checked: some servers ignore a filter they do not know. */
  async byValue(
    kind: ResourceKind,
    attribute: string,
    value: string,
    exact: boolean,
    signal: AbortSignal,
  ): Promise<JsonObject[]> {
    const has = (resource: JsonObject) => hasValue(resource, attribute, value, exact);
    const { filter } = await this.discovery.abilities(signal);
    if (filter) {
      const query = { filter: `${attribute} eq ${JSON.stringify(value)}` };
      const { body } = await this.session.send(
        'GET',
        await this.discovery.endpoint(kind, signal),
        { query },
        signal,
      );
      const found = resourcesOf(body);
      if (found.every(has)) return found;
    }
    const found: JsonObject[] = [];
    for await (const resource of this.all(kind, signal)) if (has(resource)) found.push(resource);
    return found;
  }

  /** Every resource once, page by page (RFC 7644 §3.4.2.4, RFC 9865). */
  async *all(kind: ResourceKind, signal: AbortSignal): AsyncIterable<JsonObject> {
    const endpoint = await this.discovery.endpoint(kind, signal);
    const { cursor } = await this.discovery.abilities(signal);
    let query: Record<string, string> | undefined = {
      count: String(this.pageSize),
      ...(cursor ? { cursor: '' } : { startIndex: '1' }),
    };
    let seen = 0;
    while (query) {
      const { body }: Answer = await this.session.send('GET', endpoint, { query }, signal);
      const resources = resourcesOf(body);
      refuseOtherPage(query.startIndex, body.startIndex);
      seen += resources.length;
      yield* resources;
      query = this.nextPage(body, resources.length, seen);
    }
  }

  private nextPage(body: JsonObject, got: number, seen: number): Record<string, string> | undefined {
    const count = String(this.pageSize);
    if (typeof body.nextCursor === 'string' && body.nextCursor !== '')
      return { count, cursor: body.nextCursor };
    const total = typeof body.totalResults === 'number' ? body.totalResults : seen;
    return got > 0 && seen < total ? { count, startIndex: String(seen + 1) } : undefined;
  }
}

/** A server that always answers its first page would be read for ever, and nobody behind that page be found. */
function refuseOtherPage(asked: string | undefined, answered: Json | undefined): void {
  if (asked === undefined || typeof answered !== 'number' || String(answered) === asked) return;
  throw new ConnectorError({
    kind: 'misconfigured',
    detail: `the server was asked for the page at startIndex ${asked} and answered the one at ${answered}`,
    recommendedAction: 'Raise settings.pageSize so that one page holds everybody, or repair the server.',
  });
}

export function resourcesOf(body: JsonObject): JsonObject[] {
  const listed: Json = body.Resources ?? [];
  return Array.isArray(listed) ? listed.filter(isObject) : [];
}

function hasValue(resource: JsonObject, attribute: string, value: string, exact: boolean): boolean {
  const fold = (text: string) => (exact ? text : text.toLowerCase());
  return readPath(resource, parsePath(attribute)).some((found) => fold(String(found)) === fold(value));
}
