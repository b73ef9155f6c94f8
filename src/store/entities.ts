import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import {
  tables,
  type ColumnDescription,
  type ColumnType,
  type Engine,
  type TableDescription,
} from './tables.js';

const sqlTypes: Record<Engine, Record<ColumnType, EntitySchemaColumnOptions['type']>> = {
  sqlite: {
    text: 'text',
    integer: 'integer',
    position: 'bigint',
    time: 'bigint',
    boolean: 'boolean',
    json: 'text',
  },
  postgres: {
    text: 'text',
    integer: 'integer',
    position: 'bigint',
    time: 'bigint',
    boolean: 'boolean',
    json: 'jsonb',
  },
};

/** The column's type in the engine's own words. */
export function sqlType(engine: Engine, column: ColumnDescription): string {
  return String(sqlTypes[engine][column.type]);
}

function column(engine: Engine, table: TableDescription, name: string): EntitySchemaColumnOptions {
  const description = table.columns[name]!;
  return {
    name,
    type: sqlTypes[engine][description.type],
    primary: table.primaryKey.includes(name),
    nullable: description.nullable ?? false,
    ...(description.default === undefined ? {} : { default: description.default }),
    ...(description.type === 'text' && engine === 'postgres' ? { collation: 'C' } : {}),
  };
}

function entity(engine: Engine, table: TableDescription): EntitySchema {
  return new EntitySchema({
    name: table.name,
    tableName: table.name,
    withoutRowid: engine === 'sqlite' && table.clustered === true,
    columns: Object.fromEntries(
      Object.keys(table.columns).map((name) => [name, column(engine, table, name)]),
    ),
    uniques: Object.entries(table.unique ?? {}).map(([name, columns]) => ({ name, columns })),
    indices: Object.entries(table.indices ?? {}).map(([name, columns]) => ({ name, columns })),
    foreignKeys: Object.entries(table.foreignKeys ?? {}).map(([name, key]) => ({
      name,
      target: key.table,
      columnNames: [key.column],
      referencedColumnNames: [key.references],
    })),
  });
}

const made = new Map<Engine, EntitySchema[]>();

/** The entities of the store for one engine: JSON is jsonb on PostgreSQL and text on SQLite. */
export function entitiesFor(engine: Engine): EntitySchema[] {
  let entities = made.get(engine);
  if (!entities) made.set(engine, (entities = tables.map((table) => entity(engine, table))));
  return entities;
}
