import type { AttributeDefinition } from '../../schema/types.js';
import type { Engine } from '../tables.js';

/** How the search document is read in SQL, on each engine. Names come from schemas, never from a request. */
export interface JsonAccess {
  /** A value inside the document in `column`; names from the outside in. As text on PostgreSQL, typed on SQLite. */
  value(column: string, names: readonly string[]): string;
  /** Is anything there? */
  present(column: string, names: readonly string[]): string;
  /** The document's part itself, for functions of the engine that take one. On SQLite a path, which stands beside the column. */
  part(column: string, names: readonly string[]): string;
  /** `EXISTS (SELECT … WHERE condition)` over an array's elements; `condition` gets the name of the element. */
  any(column: string, names: readonly string[], alias: string, condition: string): string;
  /** A sub-attribute of an array element, or the element itself. */
  element(alias: string, name: string | undefined): string;
  /** Column that holds the element as a document, for arrays inside. */
  elementDocument(alias: string): string;
  /** The text form cast to the attribute's kind. */
  cast(expression: string, attribute: AttributeDefinition): string;
}

const quoted = (name: string) => name.replaceAll("'", "''").replaceAll('"', '');

const sqlite: JsonAccess = {
  value: (column, names) => `json_extract(${column}, '${sqlitePath(names)}')`,
  present: (column, names) => `json_type(${column}, '${sqlitePath(names)}') IS NOT NULL`,
  part: (column, names) => `${column}, '${sqlitePath(names)}'`,
  any: (column, names, alias, condition) =>
    `EXISTS (SELECT 1 FROM json_each(${column}, '${sqlitePath(names)}') ${alias} WHERE ${condition})`,
  element: (alias, name) =>
    name === undefined ? `${alias}.value` : `json_extract(${alias}.value, '$."${quoted(name)}"')`,
  elementDocument: (alias) => `${alias}.value`,
  cast: (expression) => expression,
};

function sqlitePath(names: readonly string[]): string {
  return names.reduce((path, name) => `${path}."${quoted(name)}"`, '$');
}

const numeric = new Set(['integer', 'decimal', 'dateTime']);

const postgres: JsonAccess = {
  value: (column, names) => {
    const [last, ...outer] = [...names].reverse();
    return `(${postgresPath(column, outer.reverse())} ->> '${quoted(last!)}')`;
  },
  present: (column, names) => `(${postgresPath(column, names)}) IS NOT NULL`,
  part: postgresPath,
  any: (column, names, alias, condition) => {
    const path = postgresPath(column, names);
    return `EXISTS (SELECT 1 FROM jsonb_array_elements(CASE jsonb_typeof(${path}) WHEN 'array' THEN ${path} ELSE '[]'::jsonb END) AS ${alias}(value) WHERE ${condition})`;
  },
  element: (alias, name) =>
    name === undefined ? `(${alias}.value #>> '{}')` : `(${alias}.value ->> '${quoted(name)}')`,
  elementDocument: (alias) => `${alias}.value`,
  cast: (expression, attribute) => (numeric.has(attribute.type) ? `(${expression})::numeric` : expression),
};

function postgresPath(column: string, names: readonly string[]): string {
  return names.reduce((path, name) => `${path} -> '${quoted(name)}'`, column);
}

export function jsonAccess(engine: Engine): JsonAccess {
  return engine === 'sqlite' ? sqlite : postgres;
}
