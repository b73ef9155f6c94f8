import type { CompareOperator, Operand } from '../../schema/filter.js';
import type { AttributeDefinition } from '../../schema/types.js';
import type { Parameter } from '../sql/sql.js';
import type { Engine } from '../tables.js';
import type { Condition } from './membership-rows.js';

const ordering: Partial<Record<CompareOperator, string>> = { gt: '>', ge: '>=', lt: '<', le: '<=' };

/** What a comparison needs of the attribute: its type, and folding that was applied to what is stored. */
export interface Comparable {
  attribute: Pick<AttributeDefinition, 'type' | 'name'>;
  fold(value: string): string;
  /** A column with a value in every row; a `dateTime` is then a column of milliseconds. */
  neverNull?: boolean;
}

/**
 * `expression operator operand` in SQL, true or false, never NULL. Substrings are looked for as they are: nothing in an operand is a wildcard.
 * `ne` is left to the caller: over several values it means something else than over one.
 */
export function compare(
  engine: Engine,
  expression: string,
  operator: Exclude<CompareOperator, 'ne'>,
  operand: Exclude<Operand, null>,
  on: Comparable,
): Condition {
  const value = parameterOf(engine, operand, on);
  const text = comparisonText(engine, expression, operator, value, on);
  if (on.neverNull) return text;
  return {
    text: `COALESCE(${text.text}, ${engine === 'sqlite' ? '0' : 'FALSE'})`,
    parameters: text.parameters,
  };
}

export function parameterOf(engine: Engine, operand: Exclude<Operand, null>, on: Comparable): Parameter {
  if (typeof operand === 'boolean') return engine === 'sqlite' ? Number(operand) : String(operand);
  if (typeof operand === 'string') return on.fold(operand);
  return operand;
}

function comparisonText(
  engine: Engine,
  expression: string,
  operator: Exclude<CompareOperator, 'ne'>,
  value: Parameter,
  on: Comparable,
): Condition {
  const mark = engine === 'postgres' ? `?::${postgresType(value, on)}` : '?';
  if (operator === 'eq') return { text: `${expression} = ${mark}`, parameters: [value] };
  const order = ordering[operator];
  if (order) {
    const collation =
      engine === 'postgres' && on.attribute.type !== 'integer' && typeof value === 'string'
        ? ' COLLATE "C"'
        : '';
    return { text: `${expression}${collation} ${order} ${mark}`, parameters: [value] };
  }
  return contains(engine, expression, operator as 'co' | 'sw' | 'ew', String(value));
}

/** An index on a column of milliseconds answers for its own type only. */
function postgresType(value: Parameter, on: Comparable): string {
  if (typeof value !== 'number') return 'text';
  return on.neverNull && Number.isSafeInteger(value) ? 'bigint' : 'numeric';
}

function contains(
  engine: Engine,
  expression: string,
  operator: 'co' | 'sw' | 'ew',
  value: string,
): Condition {
  if (value === '') return { text: `${expression} IS NOT NULL`, parameters: [] };
  const length = [...value].length;
  if (operator === 'co') {
    return engine === 'sqlite'
      ? { text: `instr(${expression}, ?) > 0`, parameters: [value] }
      : { text: `strpos(${expression}, ?::text) > 0`, parameters: [value] };
  }
  if (operator === 'sw') {
    return engine === 'sqlite'
      ? { text: `substr(${expression}, 1, ${length}) = ?`, parameters: [value] }
      : { text: `starts_with(${expression}, ?::text)`, parameters: [value] };
  }
  return engine === 'sqlite'
    ? { text: `substr(${expression}, -${length}) = ?`, parameters: [value] }
    : { text: `right(${expression}, ${length}) = ?::text`, parameters: [value] };
}
