import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectorError, type ResourceKind } from '../../src/connectors/connector-kit.js';
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

/**
 * THE FILE TO REPLACE: the few things the connector asks of the application. Here it is a folder of JSON files;
 * yours calls an API. Every method throws a ConnectorError, so that delivery knows what to do next.
 */
export class SampleApplication {
  constructor(private readonly settings: SampleSettings) {}

  async get(kind: ResourceKind, id: string): Promise<SampleAccount | undefined> {
    return (await this.all(kind)).find((account) => account.id === id);
  }

  /** Ask the application for it; reading all of them is for folders. */
  async find(kind: ResourceKind, matches: (account: SampleAccount) => boolean): Promise<SampleAccount[]> {
    return (await this.all(kind)).filter(matches);
  }

  async create(kind: ResourceKind, account: Omit<SampleAccount, 'id'>): Promise<string> {
    await this.refuseTakenName(kind, undefined, account.attributes.name);
    const id = randomUUID();
    await this.write(kind, { ...account, id });
    return id;
  }

  async update(kind: ResourceKind, account: SampleAccount): Promise<void> {
    if (!(await this.get(kind, account.id))) throw missing(kind, account.id);
    await this.refuseTakenName(kind, account.id, account.attributes.name);
    await this.write(kind, account);
  }

  /** Succeeds when it is gone already. */
  async remove(kind: ResourceKind, id: string): Promise<void> {
    await this.attempt(() => rm(join(this.settings.folder, kind, `${id}.json`), { force: true }));
  }

  async all(kind: ResourceKind): Promise<SampleAccount[]> {
    return this.attempt(async () => {
      await stat(this.settings.folder);
      const folder = join(this.settings.folder, kind);
      const names = await readdir(folder).catch(() => []);
      return Promise.all(
        names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as SampleAccount),
      );
    });
  }

  private async write(kind: ResourceKind, account: SampleAccount): Promise<void> {
    await this.attempt(async () => {
      await stat(this.settings.folder);
      await mkdir(join(this.settings.folder, kind), { recursive: true });
      await writeFile(join(this.settings.folder, kind, `${account.id}.json`), JSON.stringify(account));
    });
  }

  /** An application with unique names refuses by itself: turn its answer into this error. */
  private async refuseTakenName(
    kind: ResourceKind,
    own: string | undefined,
    name: string | undefined,
  ): Promise<void> {
    const [holder] = await this.find(
      kind,
      (account) => account.id !== own && account.attributes.name === name,
    );
    if (!holder) return;
    const detail = `the name "${name}" belongs to another account`;
    throw new ConnectorError({
      kind: 'conflict',
      scimType: 'uniqueness',
      attribute: 'name',
      holder: holder.id,
      detail,
    });
  }

  /**
   * One place says what a failure means: `unavailable` (nothing happened, try again), `unknown` (sent, no answer),
   * `rejected` (this resource cannot be written), `conflict`, `missing`, `misconfigured` (nothing would succeed).
   */
  private async attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ConnectorError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      const kind = code === 'ENOENT' || code === 'EACCES' ? 'misconfigured' : 'unavailable';
      throw new ConnectorError({ kind, detail: `the folder cannot be used: ${String(error)}` }, error);
    }
  }
}

function missing(kind: ResourceKind, id: string): ConnectorError {
  return new ConnectorError({ kind: 'missing', detail: `there is no ${kind} ${id}` });
}
