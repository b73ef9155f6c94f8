import { ConnectorError, type Finding } from '../connector.js';
import type { SqlTables } from './sql-tables.js';

/** Looks for every table and column that settings and mapping name. Reads the catalogue only. */
export async function checkTables(
  tables: SqlTables,
  mapped: Readonly<Record<string, readonly string[]>>,
  signal: AbortSignal,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const wanted = [
    ...tables.expected(),
    ...Object.entries(mapped).map(([kind, columns]) => ({
      table: tables.of(kind).table,
      columns: [...columns],
    })),
  ];
  for (const { table, columns } of wanted) {
    try {
      await tables.require(table, columns, signal);
      findings.push({ severity: 'ok', subject: table, detail: `has ${columns.join(', ')}` });
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      const { detail, recommendedAction: remedy } = error;
      findings.push({
        severity: 'error',
        subject: table,
        detail,
        ...(remedy === undefined ? {} : { remedy }),
      });
    }
  }
  return findings;
}
