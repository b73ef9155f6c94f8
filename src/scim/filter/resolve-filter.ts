import { resolvePath, subAttributeOf, valueSubAttribute } from '../../schema/attribute-path.js';
import type { AttributeReference, ResolvedFilter } from '../../schema/filter.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { badRequest, type ScimError } from '../../schema/scim-error.js';
import type { Filter, NamedPath, Test } from './filter-ast.js';
import type { FilterDialect } from './filter-dialect.js';
import { excerpt } from './filter-text.js';
import { idBehind, testOfId } from './location.js';
import { operandFor } from './operand.js';
import { parseFilter } from './parse-filter.js';

const NEVER: ResolvedFilter = { kind: 'constant', value: false };

/** Parses and resolves in one go. */
export const readFilter = (
  text: string,
  types: readonly ResourceType[],
  dialect: FilterDialect,
): ResolvedFilter =>
  resolveFilter(parseFilter(text, { unquotedLiterals: dialect.unquotedLiterals }), types, dialect);

/**
 * Finds every name of the filter in the schema and gives the operands their types.
 * For several resource types (a search at the root) the filter is resolved for each, under a guard on meta.resourceType;
 * an attribute that only other types have is constant false (RFC 7644 §3.4.2.1: filters are applied per resource type).
 */
export function resolveFilter(
  filter: Filter,
  types: readonly ResourceType[],
  dialect: FilterDialect,
): ResolvedFilter {
  const resolved = types.map((type) => new Resolver(type, types, dialect).resolve(filter));
  if (resolved.length === 1) return resolved[0]!;
  return {
    kind: 'or',
    operands: types.map((type, index) => ({ kind: 'and', operands: [ofType(type), resolved[index]!] })),
  };
}

function ofType(type: ResourceType): ResolvedFilter {
  const path = resolvePath(type, 'meta.resourceType')!;
  return { kind: 'compare', path, operator: 'eq', operand: type.name };
}

/** The attribute to sort by (RFC 7644 §3.4.2.3), with the default sub-attribute filled in. */
export function resolveSortBy(text: string, types: readonly ResourceType[]): AttributeReference {
  const reference = types.map((type) => resolvePath(type, text)).find((found) => found !== undefined);
  if (reference === undefined)
    throw badRequest('invalidPath', `sortBy: no attribute is named "${excerpt(text)}".`);
  if ((reference.subAttribute ?? reference.attribute).returned === 'never')
    throw badRequest('invalidPath', `sortBy: "${excerpt(text)}" cannot be sorted by.`);
  if (reference.attribute.type !== 'complex' || reference.subAttribute !== undefined) return reference;
  const value = valueSubAttribute(reference.attribute);
  if (value === undefined)
    throw badRequest('invalidPath', `sortBy: "${excerpt(text)}" is complex, a sub-attribute is missing.`);
  return { ...reference, subAttribute: value };
}

/** The inside of brackets, for PATCH paths and projections: paths name sub-attributes of the reference. */
export function resolveValueFilter(
  filter: Filter,
  parent: AttributeReference,
  type: ResourceType,
  dialect: FilterDialect,
): ResolvedFilter {
  return new Resolver(type, [type], dialect).resolve(filter, parent);
}

class Resolver {
  constructor(
    private readonly type: ResourceType,
    private readonly types: readonly ResourceType[],
    private readonly dialect: FilterDialect,
  ) {}

  /** With a parent, names are those of its sub-attributes. */
  resolve(filter: Filter, parent?: AttributeReference): ResolvedFilter {
    switch (filter.kind) {
      case 'and':
      case 'or':
        return {
          kind: filter.kind,
          operands: filter.operands.map((operand) => this.resolve(operand, parent)),
        };
      case 'not':
        return { kind: 'not', operand: this.resolve(filter.operand, parent) };
      case 'test': {
        const path = this.#find(filter.path, parent);
        return path === undefined ? NEVER : this.#test(path, filter.test, filter.path);
      }
      case 'valuePath':
        return this.#valuePath(filter);
    }
  }

  #valuePath(filter: Filter & { kind: 'valuePath' }): ResolvedFilter {
    const path = this.#find(filter.path, undefined);
    if (path === undefined) return NEVER;
    if (path.attribute.type !== 'complex' || path.subAttribute !== undefined)
      throw fault(`"${excerpt(filter.path.text)}" has no sub-attributes to filter by`, filter.path);
    const inner = this.resolve(filter.filter, path);
    if (filter.then === undefined) return { kind: 'valuePath', path, filter: inner };
    const named = { text: filter.then.sub, position: filter.path.position };
    const then = this.resolve({ kind: 'test', path: named, test: filter.then.test }, path);
    return { kind: 'valuePath', path, filter: { kind: 'and', operands: [inner, then] } };
  }

  #test(named: AttributeReference, test: Test, at: NamedPath): ResolvedFilter {
    if ((named.subAttribute ?? named.attribute).returned === 'never')
      throw fault(`"${excerpt(at.text)}" cannot be filtered by`, at);
    const id = idBehind(named, this.type);
    if (id !== undefined) return this.#testOfId(id, test, at);
    if (test.kind === 'present') return { kind: 'present', path: named };
    if (test.literal.kind === 'null') return presence(named, test.operator, at);
    const path = withValue(named, at);
    const operand = operandFor(path.subAttribute ?? path.attribute, test, at, this.dialect);
    return { kind: 'compare', path, operator: test.operator, operand };
  }

  #testOfId(id: AttributeReference, test: Test, at: NamedPath): ResolvedFilter {
    const asked = test.kind === 'present' || test.literal.kind === 'null' ? test : testOfId(test);
    if (asked !== undefined) return this.#test(id, asked, at);
    throw fault(`"${excerpt(at.text)}" is made by the server: "eq", "ne" and "ew" compare with it`, at);
  }

  #find(path: NamedPath, parent: AttributeReference | undefined): AttributeReference | undefined {
    const found = this.#findIn(this.type, path, parent);
    if (found !== undefined) return found;
    const elsewhere = this.types.some((type) => this.#findIn(type, path, parent) !== undefined);
    if (elsewhere || this.dialect.ignoreUnknown) return undefined;
    const owner =
      parent === undefined ? this.types.map(({ name }) => name).join(', ') : parent.attribute.name;
    throw fault(`${owner} has no attribute "${excerpt(path.text)}"`, path);
  }

  #findIn(
    type: ResourceType,
    path: NamedPath,
    parent: AttributeReference | undefined,
  ): AttributeReference | undefined {
    if (parent === undefined) return resolvePath(type, path.text);
    const subAttribute = subAttributeOf(parent.attribute, path.text);
    return subAttribute === undefined ? undefined : { ...parent, subAttribute };
  }
}

/** RFC 7643 §2.5: null is the unassigned state. */
function presence(path: AttributeReference, operator: string, at: NamedPath): ResolvedFilter {
  const present: ResolvedFilter = { kind: 'present', path };
  if (operator === 'ne') return present;
  if (operator === 'eq') return { kind: 'not', operand: present };
  throw fault(`"${operator}" cannot compare with null`, at);
}

/** A complex attribute stands for its `value` (RFC 7644 §3.4.2.2, figure 2: `emails co "example.com"`). */
function withValue(path: AttributeReference, at: NamedPath): AttributeReference {
  if (path.attribute.type !== 'complex' || path.subAttribute !== undefined) return path;
  const value = valueSubAttribute(path.attribute);
  if (value === undefined)
    throw fault(`"${excerpt(at.text)}" is complex: name one of its sub-attributes`, at);
  return { ...path, subAttribute: value };
}

const fault = (problem: string, { position }: NamedPath): ScimError =>
  badRequest('invalidFilter', `${problem} (position ${position}).`);
