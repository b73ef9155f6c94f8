import { resolvePath, splitPath, subAttributeOf } from '../../schema/attribute-path.js';
import type { AttributeReference, ResolvedFilter } from '../../schema/filter.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { badRequest } from '../../schema/scim-error.js';
import type { AttributeDefinition } from '../../schema/types.js';
import type { Filter } from './filter-ast.js';
import type { FilterDialect } from './filter-dialect.js';
import { excerpt, FilterText } from './filter-text.js';
import { defaultFilterOptions, parseValueFilter } from './parse-filter.js';
import { resolveValueFilter } from './resolve-filter.js';

/** A path as text gives it: `attribute`, `attribute.sub`, `attribute[filter]`, `attribute[filter].sub`, or a URN. */
export interface PathText {
  name: string;
  filter?: Filter;
  sub?: string;
}

/** What a path points at. */
export type Target =
  /** The core schema's own URN: as if there were no path. */
  { kind: 'resource' } | { kind: 'extension'; urn: string } | AttributeTarget;

export interface AttributeTarget extends AttributeReference {
  kind: 'attribute';
  /** Which values of the attribute; paths inside name its sub-attributes. */
  filter?: ResolvedFilter;
  /** For messages. */
  text: string;
}

/** RFC 7644 §3.5.2 `path = attrPath / valuePath [subAttr]`; `attributes` takes the same. */
export function parsePathText(text: string, dialect: FilterDialect): PathText {
  if (text.length > defaultFilterOptions.maxLength)
    throw badRequest('invalidPath', `A path has at most ${defaultFilterOptions.maxLength} characters.`);
  const source = new FilterText(text, 'invalidPath');
  const path: PathText = { name: source.path() };
  if (source.take('[')) {
    path.filter = parseValueFilter(source, {
      unquotedLiterals: dialect.unquotedLiterals,
      blankBeforeValue: 'optional',
    });
    if (source.take('.')) {
      path.sub = source.path();
      if (/[.:]/.test(path.sub)) throw source.fault(`"${excerpt(path.sub)}" is no sub-attribute`);
    }
  }
  if (!source.ended) throw source.fault('The end of the path is expected');
  return path;
}

/** Undefined: the schema knows no such attribute and the dialect passes over it. Throws 400 invalidPath or invalidFilter. */
export function resolveTarget(type: ResourceType, text: string, dialect: FilterDialect): Target | undefined {
  const path = parsePathText(text, dialect);
  const container = path.filter === undefined ? containerOf(type, path.name) : undefined;
  if (container !== undefined) return container;
  const reference = resolvePath(type, path.name);
  if (reference === undefined) return unknown(type, text, dialect);
  if (path.filter === undefined) return { kind: 'attribute', text, ...reference };
  return withFilter(type, text, { ...path, filter: path.filter }, reference, dialect);
}

function containerOf(type: ResourceType, name: string): Target | undefined {
  const split = splitPath(type, name);
  if (split?.urn === undefined || split.name !== '') return undefined;
  return split.urn === type.schema.id ? { kind: 'resource' } : { kind: 'extension', urn: split.urn };
}

function withFilter(
  type: ResourceType,
  text: string,
  path: PathText & { filter: Filter },
  reference: AttributeReference,
  dialect: FilterDialect,
): AttributeTarget | undefined {
  const simple = reference.attribute.type !== 'complex';
  if (reference.subAttribute !== undefined || (simple && !reference.attribute.multiValued))
    throw badRequest(
      'invalidPath',
      `"${excerpt(text)}": only values of a multi-valued or complex attribute can be filtered.`,
    );
  const attribute = simple ? asComplex(reference.attribute) : reference.attribute;
  const filter = resolveValueFilter(path.filter, { ...reference, attribute }, type, dialect);
  const target: AttributeTarget = { kind: 'attribute', text, ...reference, filter };
  if (path.sub === undefined) return target;
  const subAttribute = subAttributeOf(attribute, path.sub);
  // The values of a simple attribute are their own `value`.
  if (simple && subAttribute !== undefined) return target;
  return subAttribute === undefined ? unknown(type, text, dialect) : { ...target, subAttribute };
}

/** RFC 7643 §2.4: a value without sub-attributes is its own `value`. */
const asComplex = (attribute: AttributeDefinition): AttributeDefinition => ({
  ...attribute,
  type: 'complex',
  subAttributes: [{ ...attribute, name: 'value', multiValued: false }],
});

function unknown(type: ResourceType, text: string, dialect: FilterDialect): undefined {
  if (dialect.ignoreUnknown) return undefined;
  throw badRequest('invalidPath', `${type.name} has no attribute "${excerpt(text)}".`);
}
