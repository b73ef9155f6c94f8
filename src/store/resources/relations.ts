import type { AttributeReference } from '../../schema/filter.js';
import { foldString } from '../../schema/fold.js';
import type { Comparable } from './comparison.js';
import type { FilterContext } from './filter-sql.js';
import { jsonAccess } from './json-access.js';
import { among, type Condition } from './membership-rows.js';

/** An attribute that is not in the search document but in columns or tables of its own. */
export interface Relation {
  multiValued: boolean;
  /** The column of a sub-attribute; `value` for the attribute itself. */
  column(name: string): { text: string; on: Comparable } | undefined;
  exists(condition: Condition): Condition;
  /** `eq` answered by an index. */
  lookup?(path: AttributeReference, operand: string): Condition | undefined;
  /** What sorts the resource `r`, where that is not the column itself. */
  sort?: string;
}

const exact = (type: 'string' | 'dateTime' | 'integer' = 'string'): Comparable => ({
  attribute: { name: '', type },
  fold: (value) => value,
});
/** A column of a row that is there, so that an index of it can answer. */
const stored = (type: 'string' | 'dateTime'): Comparable => ({ ...exact(type), neverNull: true });
const folded: Comparable = { attribute: { name: '', type: 'string' }, fold: foldString };

/** The relation behind a path; undefined where the search document holds the attribute. */
export function relationOf(
  { extension, attribute, subAttribute }: AttributeReference,
  context: FilterContext,
): Relation | undefined {
  if (
    subAttribute?.name === 'displayName' &&
    subAttribute.mutability === 'readOnly' &&
    attribute.name === 'manager'
  ) {
    return referredName(`${extension}:manager.value`, context);
  }
  if (extension?.startsWith('urn:landfall:params:scim:schemas:extension:accounts:')) return accounts(context);
  if (extension !== undefined) return undefined;
  switch (attribute.name) {
    case 'id':
      return row({ value: { text: 'r.id', on: stored('string') } });
    case 'externalId':
      return externalId(context);
    case 'meta':
      return row({
        created: { text: 'r.created', on: stored('dateTime') },
        lastModified: { text: 'r.last_modified', on: stored('dateTime') },
        resourceType: { text: 'r.type', on: exact() },
        version: { text: `('W/"${context.epoch}-' || r.version || '"')`, on: exact() },
        value: { text: 'r.id', on: exact() },
      });
    case 'schemas':
      return schemas(context);
    case 'members':
      return context.types.includes('Group') ? members(context) : undefined;
    case 'groups':
      return context.types.includes('User') ? groups(context) : undefined;
    default:
      return undefined;
  }
}

function row(columns: Record<string, { text: string; on: Comparable }>): Relation {
  return { multiValued: false, column: (name) => columns[name], exists: (condition) => condition };
}

function externalId(context: FilterContext): Relation {
  const types = context.types.map(() => '?').join(', ');
  return {
    multiValued: false,
    column: () => ({ text: 'x.value', on: exact() }),
    sort: `(SELECT x.value FROM external_id x WHERE x.resource_id = r.id AND x.source = ${literal(context.source)})`,
    exists: (condition) => ({
      text: `EXISTS (SELECT 1 FROM external_id x WHERE x.resource_id = r.id AND x.source = ? AND ${condition.text})`,
      parameters: [context.source, ...condition.parameters],
    }),
    lookup: (_path, operand) =>
      among(`SELECT resource_id FROM external_id WHERE type IN (${types}) AND source = ? AND value = ?`, [
        ...context.types,
        context.source,
        operand,
      ]),
  };
}

/** `manager.displayName` is the name of the resource referred to (RFC 7643 §4.3), answered through the reference. */
function referredName(attribute: string, context: FilterContext): Relation {
  return {
    multiValued: false,
    column: () => ({ text: displayOf(context, 'd'), on: folded }),
    sort: `(SELECT ${displayOf(context, 'd')} FROM reference f JOIN resource d ON d.id = f.to_id WHERE f.from_id = r.id AND f.attribute = ${literal(attribute)} LIMIT 1)`,
    exists: (condition) => ({
      text: `EXISTS (SELECT 1 FROM reference f JOIN resource d ON d.id = f.to_id WHERE f.from_id = r.id AND f.attribute = ? AND ${condition.text})`,
      parameters: [attribute, ...condition.parameters],
    }),
  };
}

/** Every schema that the resource has: the core schema of its type, and each extension with content. */
function schemas(context: FilterContext): Relation {
  const json = jsonAccess(context.engine);
  const present = (urn: string) => json.present('r.search', [urn]);
  const cores = context.types.map(
    (type) => `SELECT ${literal(context.coreSchemas[type] ?? '')} AS value WHERE r.type = ${literal(type)}`,
  );
  const extensions = context.extensionSchemas.map(
    (id) => `SELECT ${literal(id)} AS value WHERE ${present(id)}`,
  );
  return {
    multiValued: true,
    column: () => ({ text: 'u.value', on: exact() }),
    exists: (condition) => ({
      text: `EXISTS (SELECT 1 FROM (${[...cores, ...extensions].join(' UNION ALL ')}) u WHERE ${condition.text})`,
      parameters: condition.parameters,
    }),
  };
}

const displayOf = (context: FilterContext, alias: string) => {
  const { value } = jsonAccess(context.engine);
  return `COALESCE(${value(`${alias}.search`, ['displayName'])}, ${value(`${alias}.search`, ['userName'])})`;
};

function members(context: FilterContext): Relation {
  return {
    multiValued: true,
    column: memberColumn(context),
    exists: (condition) => ({
      text: `EXISTS (SELECT 1 FROM membership m WHERE m.group_id = r.id AND ${condition.text})`,
      parameters: condition.parameters,
    }),
    lookup: (path, operand) =>
      (path.subAttribute?.name ?? 'value') === 'value'
        ? among('SELECT group_id FROM membership WHERE member_id = ?', [operand])
        : undefined,
  };
}

/** Columns of a membership `m`, also for removing the members that a filter names. */
export function memberColumn(context: FilterContext): Relation['column'] {
  return (name) => {
    if (name === 'value') return { text: 'm.member_id', on: exact() };
    if (name === 'type') return { text: 'lower(m.member_type)', on: folded };
    if (name === 'display') {
      return {
        text: `(SELECT ${displayOf(context, 'd')} FROM resource d WHERE d.id = m.member_id)`,
        on: folded,
      };
    }
    return undefined;
  };
}

function groups(context: FilterContext): Relation {
  return {
    multiValued: true,
    column: (name) => {
      if (name === 'value') return { text: 'm.group_id', on: exact() };
      if (name === 'type') return { text: directOrNot, on: folded };
      if (name === 'display')
        return {
          text: `(SELECT ${displayOf(context, 'd')} FROM resource d WHERE d.id = m.group_id)`,
          on: folded,
        };
      return undefined;
    },
    exists: (condition) => ({
      text: `EXISTS (WITH RECURSIVE up(group_id) AS (
          SELECT group_id FROM membership WHERE member_id = r.id
          UNION SELECT n.group_id FROM membership n JOIN up ON n.member_id = up.group_id)
        SELECT 1 FROM up m WHERE ${condition.text})`,
      parameters: condition.parameters,
    }),
    lookup: (path, operand) =>
      (path.subAttribute?.name ?? 'value') === 'value' ? among(everybodyIn, [operand]) : undefined,
  };
}

const directOrNot =
  "CASE WHEN EXISTS (SELECT 1 FROM membership e WHERE e.group_id = m.group_id AND e.member_id = r.id) THEN 'direct' ELSE 'indirect' END";

/** Of a group, its groups and theirs. */
const everybodyIn = `SELECT id FROM (WITH RECURSIVE down(id, type) AS (
    SELECT member_id, member_type FROM membership WHERE group_id = ?
    UNION SELECT n.member_id, n.member_type FROM membership n JOIN down ON n.group_id = down.id WHERE down.type = 'Group')
  SELECT id FROM down) AS everybody`;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** What targets decided: columns and facts of the resource's links. */
function accounts(context: FilterContext): Relation {
  const json = jsonAccess(context.engine);
  const columns: Record<string, string> = { target: 'l.target', state: 'l.state', anchor: 'l.anchor' };
  return {
    multiValued: true,
    column: (name) => ({ text: columns[name] ?? json.value('l.facts', [name]), on: exact() }),
    exists: (condition) => ({
      text: `EXISTS (SELECT 1 FROM link l WHERE l.resource_id = r.id AND ${condition.text})`,
      parameters: condition.parameters,
    }),
  };
}
