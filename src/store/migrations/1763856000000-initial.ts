import { Table, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';
import { sqlType } from '../entities.js';
import { tables, type ColumnDescription, type Engine, type TableDescription } from '../tables.js';

function defaultOf(engine: Engine, value: ColumnDescription['default']): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'boolean') return engine === 'sqlite' ? String(Number(value)) : String(value);
  return typeof value === 'number' ? String(value) : `'${value}'`;
}

function columnOptions(engine: Engine, table: TableDescription, name: string): TableColumnOptions {
  const column = table.columns[name]!;
  return {
    name,
    type: sqlType(engine, column),
    isPrimary: table.primaryKey.includes(name),
    isNullable: column.nullable ?? false,
    default: defaultOf(engine, column.default),
    ...(column.type === 'text' && engine === 'postgres' ? { collation: 'C' } : {}),
  };
}

function tableFor(engine: Engine, table: TableDescription): Table {
  return new Table({
    name: table.name,
    withoutRowid: engine === 'sqlite' && table.clustered === true,
    columns: Object.keys(table.columns).map((name) => columnOptions(engine, table, name)),
    uniques: Object.entries(table.unique ?? {}).map(([name, columnNames]) => ({ name, columnNames })),
    indices: Object.entries(table.indices ?? {}).map(([name, columnNames]) => ({ name, columnNames })),
    foreignKeys: Object.entries(table.foreignKeys ?? {}).map(([name, key]) => ({
      name,
      columnNames: [key.column],
      referencedTableName: key.table,
      referencedColumnNames: [key.references],
    })),
  });
}

export class Initial1763856000000 implements MigrationInterface {
  readonly name = 'Initial1763856000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const engine: Engine = queryRunner.connection.options.type === 'postgres' ? 'postgres' : 'sqlite';
    for (const table of tables) await queryRunner.createTable(tableFor(engine, table));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of [...tables].reverse()) await queryRunner.dropTable(table.name);
  }
}
