import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { createDataSource, type StoreOptions } from '../../src/store/data-source.js';
import { migrations } from '../../src/store/migrations/index.js';
import { usePostgres } from '../postgres.js';

/** What the schema builder would change so that the tables are as the entities say. */
async function drift(dataSource: DataSource): Promise<string[]> {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}

function describeMigrations(options: () => StoreOptions): void {
  let dataSource: DataSource;
  beforeEach(async () => {
    dataSource = await createDataSource(options()).initialize();
  });
  afterEach(() => dataSource.destroy());

  it('makes the tables that the entities describe, and makes them again after they were reverted', async () => {
    const empty = await drift(dataSource);
    expect(empty.length).toBeGreaterThan(0);
    for (let time = 0; time < 2; time++) {
      expect(await dataSource.runMigrations({ transaction: 'all' })).toHaveLength(migrations.length);
      expect(await drift(dataSource)).toEqual([]);
      expect(await dataSource.runMigrations({ transaction: 'all' })).toEqual([]);
      for (const _ of migrations) await dataSource.undoLastMigration({ transaction: 'all' });
      expect(await drift(dataSource)).toEqual(empty);
    }
  });

  it('sees a column that the entities do not know', async () => {
    await dataSource.runMigrations({ transaction: 'all' });
    await dataSource.query('ALTER TABLE turn ADD COLUMN forgotten text');
    expect(await drift(dataSource)).not.toEqual([]);
  });
}

describe('migrations on SQLite', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landfall-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  describeMigrations(() => ({ engine: 'sqlite', file: join(folder, 'store.sqlite') }));
});

describe('migrations on PostgreSQL', () => {
  const url = usePostgres();
  describeMigrations(() => ({ engine: 'postgres', url: url() }));
});
