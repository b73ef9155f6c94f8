import { isKey, pathName } from '../../identity/indexed-paths.js';
import type { AttributeReference, ResolvedFilter } from '../../schema/filter.js';
import { foldFor } from '../../schema/fold.js';
import type { AttributeDefinition } from '../../schema/types.js';
import type { Engine } from '../tables.js';
import { compare, type Comparable } from './comparison.js';
import { jsonAccess, type JsonAccess } from './json-access.js';
import { among, type Condition } from './membership-rows.js';
import { relationOf, type Relation } from './relations.js';
import { indexKey } from './resource-rows.js';

type Comparison = ResolvedFilter & { kind: 'compare' };
type Presence = ResolvedFilter & { kind: 'present' };

export interface FilterContext {
  engine: Engine;
  /** Whose external ids are meant. */
  source: string;
  /** Core schema of each searched type, for filters on `schemas`. */
  coreSchemas: Readonly<Record<string, string>>;
  extensionSchemas: readonly string[];
  types: readonly string[];
  epoch: string;
  /** Paths whose values are in `resource_value`. */
  indexed: ReadonlySet<string>;
}

const ordinary = (attribute: AttributeDefinition): Comparable => ({
  attribute,
  fold: (value) => foldFor(attribute, value),
});

/** Compiles a filter over the row `r` of `resource` to SQL. Every part is true or false, never NULL, so that `not` inverts it. */
export class FilterSql {
  private readonly json: JsonAccess;
  private aliases = 0;

  constructor(private readonly context: FilterContext) {
    this.json = jsonAccess(context.engine);
  }

  compile(filter: ResolvedFilter): Condition {
    switch (filter.kind) {
      case 'and':
      case 'or':
        return this.join(
          filter.kind,
          filter.operands.map((operand) => this.compile(operand)),
        );
      case 'not':
        return this.not(this.compile(filter.operand));
      case 'constant':
        return this.constant(filter.value);
      case 'present':
        return this.present(filter);
      case 'compare':
        return this.comparison(filter);
      case 'valuePath':
        return this.valuePath(filter);
    }
  }

  join(kind: 'and' | 'or', parts: readonly Condition[]): Condition {
    if (parts.length === 0) return this.constant(kind === 'and');
    const lookups = parts.flatMap(({ ids }) => ids ?? []);
    const parameters = parts.flatMap((part) => part.parameters);
    // Each index lookup finds few; left to OR, an engine may look at every resource instead.
    if (kind === 'or' && lookups.length === parts.length) return among(lookups.join(' UNION '), parameters);
    return {
      text: `(${parts.map((part) => part.text).join(kind === 'and' ? ' AND ' : ' OR ')})`,
      parameters,
    };
  }

  private not(part: Condition): Condition {
    return { text: `NOT (${part.text})`, parameters: part.parameters };
  }

  private constant(value: boolean): Condition {
    return { text: value ? '1 = 1' : '1 = 0', parameters: [] };
  }

  private present({ path }: Presence): Condition {
    const relation = relationOf(path, this.context);
    if (relation) return this.any(relation, path, undefined);
    const { attribute, subAttribute } = path;
    if (!subAttribute) return this.presentAt(names(path), attribute);
    if (attribute.multiValued) {
      return this.elements(path, (alias) =>
        filled(this.json.element(alias, subAttribute.name), subAttribute),
      );
    }
    return this.presentAt([...names(path), subAttribute.name], subAttribute);
  }

  private presentAt(all: readonly string[], leaf: AttributeDefinition): Condition {
    if (!textual(leaf) || leaf.multiValued)
      return { text: this.json.present('r.search', all), parameters: [] };
    return filled(this.json.value('r.search', all), leaf);
  }

  private comparison(filter: Comparison): Condition {
    const { path, operator, operand } = filter;
    if (operand === null) {
      const present = this.present({ kind: 'present', path });
      return operator === 'eq' ? this.not(present) : present;
    }
    const relation = relationOf(path, this.context);
    if (relation) return this.relationComparison(relation, filter);
    const multiValued = path.attribute.multiValued || path.subAttribute?.multiValued === true;
    if (operator === 'ne' && !multiValued) return this.not(this.comparison({ ...filter, operator: 'eq' }));
    if (operator === 'eq') {
      const indexed = this.byIndex(path, operand);
      if (indexed) return indexed;
    }
    if (!path.attribute.multiValued) return this.singular(filter);
    return this.elements(path, (alias) => this.elementComparison(alias, path, filter));
  }

  /** `userName eq`, `emails.value eq`: answered from an index, whatever the size of the table. */
  private byIndex(path: AttributeReference, operand: string | number | boolean): Condition | undefined {
    // Empty values are in no index.
    if (typeof operand !== 'string' || operand === '') return undefined;
    const leaf = path.subAttribute ?? path.attribute;
    const name = pathName(path);
    const table =
      isKey(leaf) && !path.attribute.multiValued
        ? 'resource_key'
        : this.context.indexed.has(name)
          ? 'resource_value'
          : undefined;
    if (!table) return undefined;
    const types = this.context.types.map(() => '?').join(', ');
    return among(`SELECT resource_id FROM ${table} WHERE type IN (${types}) AND path = ? AND value = ?`, [
      ...this.context.types,
      name,
      indexKey(foldFor(leaf, operand)),
    ]);
  }

  private singular({ path, operator, operand }: Comparison): Condition {
    const leaf = path.subAttribute ?? path.attribute;
    const all = path.subAttribute ? [...names(path), path.subAttribute.name] : names(path);
    if (leaf.multiValued) {
      const alias = this.alias();
      const inner = this.leafComparison(this.json.element(alias, undefined), leaf, operator, operand!);
      return { text: this.json.any('r.search', all, alias, inner.text), parameters: inner.parameters };
    }
    return this.leafComparison(this.json.value('r.search', all), leaf, operator, operand!);
  }

  private leafComparison(
    expression: string,
    leaf: AttributeDefinition,
    operator: Comparison['operator'],
    operand: string | number | boolean,
  ): Condition {
    const cast = this.json.cast(expression, leaf);
    if (operator !== 'ne') return compare(this.context.engine, cast, operator, operand, ordinary(leaf));
    const equal = compare(this.context.engine, cast, 'eq', operand, ordinary(leaf));
    return { text: `(${expression} IS NOT NULL AND NOT (${equal.text}))`, parameters: equal.parameters };
  }

  private elementComparison(
    alias: string,
    path: AttributeReference,
    { operator, operand }: Pick<Comparison, 'operator' | 'operand'>,
  ): Condition {
    const leaf = path.subAttribute ?? path.attribute;
    if (path.subAttribute?.multiValued) {
      const inner = this.alias();
      const condition = this.leafComparison(this.json.element(inner, undefined), leaf, operator, operand!);
      return {
        text: this.json.any(
          this.json.elementDocument(alias),
          [path.subAttribute.name],
          inner,
          condition.text,
        ),
        parameters: condition.parameters,
      };
    }
    return this.leafComparison(this.json.element(alias, path.subAttribute?.name), leaf, operator, operand!);
  }

  private elements(path: AttributeReference, condition: (alias: string) => Condition): Condition {
    const alias = this.alias();
    const inner = condition(alias);
    return { text: this.json.any('r.search', names(path), alias, inner.text), parameters: inner.parameters };
  }

  private valuePath(filter: ResolvedFilter & { kind: 'valuePath' }): Condition {
    const { path } = filter;
    const relation = relationOf(path, this.context);
    if (relation) return relation.exists(this.inRelation(relation, filter.filter));
    if (!path.attribute.multiValued) return this.inSingular(path, filter.filter);
    const exact = this.elements(path, (alias) => this.inElement(alias, path.attribute, filter.filter));
    const hint = this.indexHint(path, filter.filter);
    return hint ? this.join('and', [hint, exact]) : exact;
  }

  /** One `eq` on an indexed sub-attribute finds the candidates; the brackets are then looked at for these only. */
  private indexHint(path: AttributeReference, filter: ResolvedFilter): Condition | undefined {
    const parts = filter.kind === 'and' ? filter.operands : [filter];
    for (const part of parts) {
      if (part.kind !== 'compare' || part.operator !== 'eq' || part.operand === null) continue;
      const subAttribute = leafOf(part.path);
      const indexed = this.byIndex({ ...path, subAttribute }, part.operand);
      if (indexed) return indexed;
    }
    return undefined;
  }

  /** Inside brackets over the values of a multi-valued attribute. */
  private inElement(alias: string, attribute: AttributeDefinition, filter: ResolvedFilter): Condition {
    return this.inside(filter, (part) => {
      const leaf = leafOf(part.path);
      const path: AttributeReference =
        attribute.type === 'complex' ? { attribute, subAttribute: leaf } : { attribute };
      const expression = this.json.element(alias, path.subAttribute?.name);
      if (part.kind === 'present') return filled(expression, leaf);
      if (part.operand === null)
        return { text: `${expression} IS ${part.operator === 'eq' ? '' : 'NOT '}NULL`, parameters: [] };
      if (part.operator === 'ne' && !leaf.multiValued) {
        return this.not(this.elementComparison(alias, path, { operator: 'eq', operand: part.operand }));
      }
      return this.elementComparison(alias, path, part);
    });
  }

  private inSingular(path: AttributeReference, filter: ResolvedFilter): Condition {
    const present = this.present({ kind: 'present', path });
    const inner = this.inside(filter, (part) =>
      this.compile({ ...part, path: { ...path, subAttribute: leafOf(part.path) } }),
    );
    return this.join('and', [present, inner]);
  }

  private inRelation(relation: Relation, filter: ResolvedFilter): Condition {
    return this.inside(filter, (part) => {
      const column = relation.column(leafOf(part.path).name);
      if (column === undefined) return this.constant(false);
      if (part.kind === 'present') return { text: `${column.text} IS NOT NULL`, parameters: [] };
      return this.columnComparison(column, part);
    });
  }

  /** A filter over the memberships of one group. */
  inMembership(filter: ResolvedFilter, column: Relation['column']): Condition {
    return this.inRelation({ multiValued: true, column, exists: (condition) => condition }, filter);
  }

  private inside(filter: ResolvedFilter, leaf: (part: Comparison | Presence) => Condition): Condition {
    switch (filter.kind) {
      case 'and':
      case 'or':
        return this.join(
          filter.kind,
          filter.operands.map((operand) => this.inside(operand, leaf)),
        );
      case 'not':
        return this.not(this.inside(filter.operand, leaf));
      case 'constant':
        return this.constant(filter.value);
      case 'valuePath':
        return this.constant(false);
      default:
        return leaf(filter);
    }
  }

  private relationComparison(relation: Relation, filter: Comparison): Condition {
    const direct = filter.operator === 'eq' && relation.lookup?.(filter.path, filter.operand as string);
    if (direct) return direct;
    if (filter.operator === 'ne' && !relation.multiValued)
      return this.not(this.relationComparison(relation, { ...filter, operator: 'eq' }));
    return this.any(relation, filter.path, filter);
  }

  /** A column stands for a value of a relation: members, groups, accounts, external id, meta. */
  private any(relation: Relation, path: AttributeReference, filter: Comparison | undefined): Condition {
    const column = relation.column(path.subAttribute?.name ?? 'value');
    if (column === undefined) return this.constant(false);
    if (!filter) return relation.exists({ text: `${column.text} IS NOT NULL`, parameters: [] });
    return relation.exists(this.columnComparison(column, filter));
  }

  private columnComparison(
    column: { text: string; on: Comparable },
    { operator, operand }: Comparison,
  ): Condition {
    if (operand === null)
      return { text: `${column.text} IS ${operator === 'eq' ? '' : 'NOT '}NULL`, parameters: [] };
    if (operator !== 'ne') return compare(this.context.engine, column.text, operator, operand, column.on);
    const equal = compare(this.context.engine, column.text, 'eq', operand, column.on);
    return { text: `(${column.text} IS NOT NULL AND NOT (${equal.text}))`, parameters: equal.parameters };
  }

  private alias(): string {
    return `v${++this.aliases}`;
  }
}

function names({ extension, attribute }: AttributeReference): string[] {
  return extension === undefined ? [attribute.name] : [extension, attribute.name];
}

const textual = ({ type }: AttributeDefinition): boolean =>
  type === 'string' || type === 'reference' || type === 'binary';

/** RFC 7644 §3.4.2.2 `pr`: not empty. */
function filled(expression: string, leaf: AttributeDefinition): Condition {
  const text = textual(leaf) ? `COALESCE(${expression}, '') <> ''` : `${expression} IS NOT NULL`;
  return { text, parameters: [] };
}

/** Inside brackets a path names the sub-attribute itself. */
function leafOf(path: AttributeReference): AttributeDefinition {
  return path.subAttribute ?? path.attribute;
}
