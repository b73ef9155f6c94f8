import { ConnectorError, type ResourceKind } from '../../src/connectors/connector-kit.js';
import { SampleHttp } from './sample-http.js';
import type { SampleSettings } from './settings.js';

/** An account as the application has it. */
export interface SampleAccount {
  /** Given by the application, never changes: the anchor. */
  id: string;
  /** Where our stamp is kept: any field that can be searched and that people leave alone. */
  stamp?: string;
  enabled: boolean;
  attributes: Record<string, string>;
  /** Ids of members, for groups. */
  members: string[];
}

/** What an update writes and nothing else, so that it overwrites nobody's work. `null` clears an attribute. */
export interface SampleChange {
  enabled?: boolean;
  attributes?: Record<string, string | null>;
  addMembers?: string[];
  removeMembers?: string[];
}

interface Page {
  items: SampleAccount[];
  next?: string;
}

/** THE FILE TO REPLACE: the few things the connector asks of the application, as calls of its API. */
export class SampleApplication {
  private readonly http: SampleHttp;

  constructor(settings: SampleSettings) {
    this.http = new SampleHttp(settings);
  }

  async get(kind: ResourceKind, id: string, signal: AbortSignal): Promise<SampleAccount | undefined> {
    const path = pathOf(kind, id);
    return ifThere(this.http.call<SampleAccount>({ method: 'GET', path, account: true }, signal));
  }

  /** By the stamp (`stamp`) or by an attribute: the application searches, nobody reads everything. */
  async find(
    kind: ResourceKind,
    field: string,
    value: string,
    signal: AbortSignal,
  ): Promise<SampleAccount[]> {
    const query = new URLSearchParams({ [field]: value });
    const { items } = await this.http.call<Page>({ method: 'GET', path: `${pathOf(kind)}?${query}` }, signal);
    return items;
  }

  async create(kind: ResourceKind, body: Omit<SampleAccount, 'id'>, signal: AbortSignal): Promise<string> {
    const call = { method: 'POST', path: pathOf(kind), body } as const;
    return (await this.http.call<SampleAccount>(call, signal)).id;
  }

  async update(kind: ResourceKind, id: string, body: SampleChange, signal: AbortSignal): Promise<void> {
    await this.http.call({ method: 'PATCH', path: pathOf(kind, id), body, account: true }, signal);
  }

  /** Succeeds when it is gone already. */
  async remove(kind: ResourceKind, id: string, signal: AbortSignal): Promise<void> {
    await ifThere(this.http.call({ method: 'DELETE', path: pathOf(kind, id), account: true }, signal));
  }

  /** Page by page, so that memory stays flat. */
  async *all(kind: ResourceKind, signal: AbortSignal): AsyncIterable<SampleAccount> {
    let after: string | undefined;
    do {
      const query = new URLSearchParams({ limit: '100', ...(after === undefined ? {} : { after }) });
      const call = { method: 'GET', path: `${pathOf(kind)}?${query}` } as const;
      const page: Page = await this.http.call<Page>(call, signal);
      yield* page.items;
      after = page.next;
    } while (after !== undefined);
  }
}

function pathOf(kind: ResourceKind, id?: string): string {
  const list = kind === 'Group' ? '/groups' : '/users';
  return id === undefined ? list : `${list}/${encodeURIComponent(id)}`;
}

async function ifThere<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'missing') return undefined;
    throw error;
  }
}
