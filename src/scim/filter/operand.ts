import { parseDateTime } from '../../schema/date-time.js';
import type { Operand } from '../../schema/filter.js';
import { badRequest } from '../../schema/scim-error.js';
import type { AttributeDefinition } from '../../schema/types.js';
import type { Literal, NamedPath, Test } from './filter-ast.js';
import type { FilterDialect } from './filter-dialect.js';

type Compare = Test & { kind: 'compare' };

const SUBSTRING = ['co', 'sw', 'ew'];
const ORDERING = ['gt', 'ge', 'lt', 'le'];

/** The literal as a value of the attribute's type, or 400 invalidFilter. */
export function operandFor(
  attribute: AttributeDefinition,
  test: Compare,
  at: NamedPath,
  dialect: FilterDialect,
): Operand {
  const { type } = attribute;
  const refused = refusedOperators(type);
  if (refused.includes(test.operator))
    throw fault(`"${test.operator}" does not apply to "${at.text}", which is ${type}`, test);
  const operand = convert(type, test.literal, dialect);
  if (operand === undefined) throw fault(`"${at.text}" is ${type}: the value does not fit`, test);
  return operand;
}

/** RFC 7644 §3.4.2.2: ordering on Boolean and Binary SHALL be refused; substrings exist in text only. */
function refusedOperators(type: AttributeDefinition['type']): readonly string[] {
  switch (type) {
    case 'boolean':
      return [...ORDERING, ...SUBSTRING];
    case 'binary':
      return ORDERING;
    case 'integer':
    case 'decimal':
    case 'dateTime':
      return SUBSTRING;
    default:
      return [];
  }
}

function convert(
  type: AttributeDefinition['type'],
  literal: Literal,
  dialect: FilterDialect,
): Operand | undefined {
  const text = textOf(literal, dialect);
  switch (type) {
    case 'boolean':
      if (literal.kind === 'boolean') return literal.value;
      return text === undefined ? undefined : booleanOf(text);
    case 'integer':
    case 'decimal':
      return literal.kind === 'number' ? literal.value : undefined;
    case 'dateTime':
      return text === undefined ? undefined : parseDateTime(text);
    default:
      return text;
  }
}

/** Quoted text; for lenient clients anything unquoted as it is written. */
function textOf(literal: Literal, dialect: FilterDialect): string | undefined {
  if (literal.kind === 'string' || literal.kind === 'word') return literal.value;
  if (!dialect.unquotedLiterals || literal.kind === 'null') return undefined;
  return literal.kind === 'number' ? literal.text : String(literal.value);
}

/** Entra asks for `active eq "True"`. */
function booleanOf(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' || lower === 'false' ? lower === 'true' : undefined;
}

const fault = (problem: string, { position }: Compare) =>
  badRequest('invalidFilter', `${problem} (position ${position}).`);
