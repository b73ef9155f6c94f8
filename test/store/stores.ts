import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import { openStore, type Store } from '../../src/store/store.js';
import { createStores, type Stores } from '../../src/store/stores.js';
import { usePostgres } from '../postgres.js';

export interface OpenStores extends Stores {
  store: Store;
}

/** Runs the same specification on every engine. */
export function onEveryEngine(
  specification: (open: () => Promise<OpenStores>) => void,
  registry?: () => SchemaRegistry,
): void {
  describe('on SQLite', () => {
    const closers: (() => Promise<void>)[] = [];
    specification(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'landfall-store-'));
      const opened = await open({ engine: 'sqlite', file: join(folder, 'store.sqlite') }, registry?.());
      closers.push(async () => {
        await opened.store.close();
        rmSync(folder, { recursive: true, force: true });
      });
      return opened;
    });
    closeAfterEach(closers);
  });
  describe('on PostgreSQL', () => {
    const url = usePostgres();
    const closers: (() => Promise<void>)[] = [];
    specification(async () => {
      const opened = await open({ engine: 'postgres', url: url() }, registry?.());
      await opened.store.dataSource.query(
        `TRUNCATE ${(await opened.store.dataSource.query<{ tablename: string }[]>("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('migration', 'store_fact')")).map(({ tablename }) => `"${tablename}"`).join(', ')} CASCADE`,
      );
      closers.push(() => opened.store.close());
      return opened;
    });
    closeAfterEach(closers);
  });
}

/** Registered after the specification's own hooks, so that it runs after them. */
function closeAfterEach(closers: (() => Promise<void>)[]): void {
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
}

async function open(
  options: Parameters<typeof openStore>[0],
  registry = SchemaRegistry.builtIn(),
): Promise<OpenStores> {
  const store = await openStore(options);
  return { store, ...(await createStores(store, registry)) };
}
