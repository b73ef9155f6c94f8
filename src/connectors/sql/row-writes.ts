import { shown } from '../compose-plan.js';
import type { DesiredAccount, PlannedChange, TargetValue } from '../connector.js';
import type { Database, Parameter, Row } from './database.js';

/** What is to be in one column. */
export interface ColumnWrite {
  column: string;
  value: Parameter;
  apply: 'always' | 'create';
  mapping?: string;
  secret?: boolean;
}

/** Several values, and complex ones, are JSON text, which json, jsonb and text columns all take. */
function parameterOf(values: readonly TargetValue[], database: Database): Parameter {
  const [first] = values;
  if (first === undefined) return null;
  if (values.length > 1) return JSON.stringify(values.map(plain));
  if (typeof first === 'boolean') return database.boolean(first);
  const value = plain(first);
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

function plain(value: TargetValue) {
  return value instanceof Uint8Array
    ? Buffer.from(value).toString('base64')
    : (value as string | number | object);
}

export function writesOf(
  desired: DesiredAccount,
  enabledColumn: string | undefined,
  database: Database,
): ColumnWrite[] {
  const writes: ColumnWrite[] = [
    ...Object.entries(desired.unique).map(([column, { value, apply, mapping }]) => ({
      column,
      value,
      apply,
      mapping,
    })),
    ...desired.attributes.map(({ name, values, ...rest }) => ({
      ...rest,
      column: name,
      value: parameterOf(values, database),
    })),
    ...desired.references
      .filter(({ anchors, pending }) => anchors.length > 0 || pending.length === 0)
      .map(({ attribute, anchors, mapping }) => ({
        column: attribute,
        value: anchors[0] ?? null,
        apply: 'always' as const,
        mapping,
      })),
  ];
  if (enabledColumn !== undefined && desired.enabled !== undefined) {
    writes.push({ column: enabledColumn, value: database.boolean(desired.enabled), apply: 'always' });
  }
  return writes;
}

export function differing(writes: readonly ColumnWrite[], row: Row): ColumnWrite[] {
  return writes.filter(({ apply, column, value }) => apply === 'always' && !sameValue(value, row[column]));
}

/** The engines give back what the column's type makes of a value: dates, numbers, parsed JSON. */
function sameValue(wanted: Parameter, found: unknown): boolean {
  if (wanted === null || found === null || found === undefined)
    return wanted === null && (found ?? null) === null;
  if (found instanceof Date) return found.getTime() === Date.parse(String(wanted));
  if (typeof found === 'boolean') return found === truth(wanted);
  if (typeof found === 'number' || typeof found === 'bigint') return Number(found) === Number(wanted);
  if (typeof found === 'object') return sameJson(found, String(wanted));
  return String(found) === String(wanted);
}

function sameJson(found: object, wanted: string): boolean {
  try {
    return canonical(JSON.parse(wanted)) === canonical(found);
  } catch {
    return false;
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}

export function truth(value: unknown): boolean {
  return value === true || value === 1 || value === 1n || /^(t|true|1)$/i.test(String(value));
}

export function shownValue(value: unknown): readonly string[] {
  if (value === null || value === undefined) return [];
  if (value instanceof Date) return [value.toISOString()];
  return [typeof value === 'object' ? JSON.stringify(value) : String(value)];
}

export function changesOf(writes: readonly ColumnWrite[], row: Row | undefined): PlannedChange[] {
  return writes.map(({ column, value, mapping, secret }) => ({
    attribute: column,
    old: shown(shownValue(row?.[column]), secret),
    new: shown(shownValue(value), secret),
    ...(mapping === undefined ? {} : { mapping }),
  }));
}
