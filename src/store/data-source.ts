import { DataSource, type DataSourceOptions } from 'typeorm';
import { entitiesFor } from './entities.js';
import { migrations } from './migrations/index.js';
import { sqliteEngine } from './sqlite-engine.js';

export type StoreOptions =
  { engine: 'sqlite'; file: string } | { engine: 'postgres'; url: string; poolSize?: number };

/** The options of the one DataSource: migrations, entities and ordinary reads; also what ormconfig.ts exports. */
export function dataSourceOptions(store: StoreOptions): DataSourceOptions {
  const common = {
    entities: entitiesFor(store.engine),
    migrations,
    migrationsTableName: 'migration',
    synchronize: false,
  };
  if (store.engine === 'sqlite') {
    return {
      ...common,
      type: 'better-sqlite3',
      database: store.file,
      driver: sqliteEngine().driver,
      prepareDatabase: (database: { pragma(text: string): unknown }) => {
        database.pragma('journal_mode = WAL');
        database.pragma('synchronous = FULL');
        database.pragma('secure_delete = ON');
      },
    };
  }
  return {
    ...common,
    type: 'postgres',
    url: store.url,
    parseInt8: true,
    poolSize: store.poolSize ?? 16,
    applicationName: 'landfall',
  };
}

/** The store closes it, and Nest's TypeORM module does too when the application ends: whoever is second waits for the first. */
class SharedDataSource extends DataSource {
  private ending?: Promise<void>;

  override destroy(): Promise<void> {
    this.ending ??= super.destroy();
    return this.ending;
  }
}

export function createDataSource(store: StoreOptions): DataSource {
  return new SharedDataSource(dataSourceOptions(store));
}
