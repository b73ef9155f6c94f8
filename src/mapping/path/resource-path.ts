import type { Json, JsonObject, SchemaDocument } from '../../schema/types.js';
import { didYouMean } from '../expression/suggest.js';
import type { Scalar, Value } from '../expression/value.js';
import type { MappingInput } from '../types.js';
import { aliasNames, aliasOf, coreNames, ENTERPRISE, ENTERPRISE_NAMES } from './aliases.js';
import { compileValueFilter, subAttributeOf, ValueFilterError, type ValueTest } from './value-filter.js';

/** A SCIM path (RFC 7644 §3.5.2) or an Entra name, ready to be read from any number of resources. */
export interface ResourcePath {
  /** The path in SCIM words: `emails[type eq "work"].value`, `groups`, `targets.ad.sAMAccountName`. */
  path: string;
  /** Root attribute in lower case. */
  root: string;
  read(resource: MappedResource): Value;
}

export interface PathOptions {
  resourceType: string;
  /** Schemas of the resource type. With them an unknown name is an error; without, it reads as empty. */
  schemas?: readonly SchemaDocument[];
  /** Names are those of a table's columns, taken as they are: `[First name]`. */
  columns?: boolean;
}

export class ResourcePathError extends Error {
  constructor(
    readonly detail: string,
    readonly offset: number,
  ) {
    super(detail);
    this.name = 'ResourcePathError';
  }
}

/** One resource while it is being mapped: names looked up in any case, once. */
export class MappedResource {
  private readonly roots = new Map<string, Json>();
  private readonly extensions: JsonObject[] = [];

  constructor(readonly input: MappingInput) {
    for (const name in input.attributes) {
      const value = input.attributes[name] ?? null;
      this.roots.set(name.toLowerCase(), value);
      if (name.startsWith('urn:') && isObject(value)) this.extensions.push(value);
    }
    this.roots.set('id', input.id);
    const clientActive = input.clientActive ?? input.attributes.active;
    if (clientActive !== undefined) this.roots.set('clientactive', clientActive);
    if (input.groups) {
      this.roots.set(
        'groups',
        input.groups.map((group) => ({
          value: group.id,
          display: group.displayName,
          displayName: group.displayName,
        })),
      );
    }
  }

  /** An attribute of the core schema, else of whichever extension has it. */
  attribute(lowerName: string): Json | undefined {
    const own = this.roots.get(lowerName);
    if (own !== undefined) return own;
    for (const extension of this.extensions) {
      const value = subAttributeOf(extension, lowerName);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  ofExtension(lowerUrn: string, lowerName: string): Json | undefined {
    const extension = this.roots.get(lowerUrn);
    return isObject(extension) ? subAttributeOf(extension, lowerName) : undefined;
  }

  fact(lowerTarget: string, lowerName: string): string | undefined {
    for (const [target, facts] of Object.entries(this.input.facts ?? {})) {
      if (target.toLowerCase() !== lowerTarget) continue;
      for (const [name, value] of Object.entries(facts)) if (name.toLowerCase() === lowerName) return value;
    }
    return undefined;
  }
}

interface Parts {
  urn?: string;
  attribute: string;
  filter?: ValueTest;
  sub?: string;
}

/** Reads a path as written in `[…]`, `source:`, `reference:` or a scoping clause. Throws ResourcePathError. */
export function compilePath(written: string, options: PathOptions): ResourcePath {
  const text = written.trim();
  if (text === '') throw new ResourcePathError('the attribute has no name', 0);
  if (options.columns === true) return columnPath(text);
  if (/^targets\./i.test(text)) return factPath(text);
  const alias = aliasOf(text, options.resourceType);
  if (alias) {
    const path = compilePath(alias.path, { resourceType: 'core' });
    return alias.negated ? negated(path) : path;
  }
  const parts = split(text);
  const unknown = unknownName(parts, options);
  if (unknown !== undefined) throw new ResourcePathError(unknown, 0);
  const shortcut = parts.urn === undefined ? aliasOf(parts.attribute, options.resourceType) : undefined;
  // `manager.value` and `department` without their URN mean the extension's attribute.
  if (shortcut?.path.startsWith('urn:'))
    return reader(`${shortcut.path}${text.slice(parts.attribute.length)}`, split(shortcut.path), parts);
  return reader(text, parts, parts);
}

function reader(path: string, place: Parts, parts: Parts): ResourcePath {
  const attribute = place.attribute.toLowerCase();
  const urn = place.urn?.toLowerCase();
  const sub = parts.sub?.toLowerCase();
  const find: (resource: MappedResource) => Json | undefined =
    urn === undefined
      ? (resource) => resource.attribute(attribute)
      : (resource) => resource.ofExtension(urn, attribute);
  return {
    path,
    root: attribute,
    read: (resource) => select(find(resource), parts.filter, sub),
  };
}

function select(found: Json | undefined, filter: ValueTest | undefined, sub: string | undefined): Value {
  if (found === undefined || found === null) return null;
  if (!Array.isArray(found)) {
    if (filter && !(isObject(found) && filter(found))) return null;
    return subValue(found, sub);
  }
  const values: Scalar[] = [];
  for (const one of primaryFirst(found)) {
    if (filter && !(isObject(one) && filter(one))) continue;
    const value = subValue(one, sub);
    if (value !== null) values.push(value);
  }
  // One value is a value, so that it compares and concatenates like any other.
  return values.length > 1 ? values : (values[0] ?? null);
}

function subValue(value: Json, sub: string | undefined): Scalar {
  if (Array.isArray(value)) return null;
  if (sub === undefined) return value;
  if (isObject(value)) {
    const inner = subAttributeOf(value, sub) ?? null;
    return Array.isArray(inner) ? null : inner;
  }
  // A simple value answers for its own default sub-attribute: `manager` as a bare id.
  return sub === 'value' ? value : null;
}

/** RFC 7643 §2.4: the primary value is the preferred one, so it comes first. */
function primaryFirst(values: readonly Json[]): readonly Json[] {
  const index = values.findIndex((value) => isObject(value) && value.primary === true);
  if (index <= 0) return values;
  return [values[index] as Json, ...values.slice(0, index), ...values.slice(index + 1)];
}

function negated(path: ResourcePath): ResourcePath {
  return { ...path, read: (resource) => (path.read(resource) === false ? 'True' : 'False') };
}

function columnPath(name: string): ResourcePath {
  const read = ({ input: { attributes } }: MappedResource) =>
    Object.hasOwn(attributes, name) ? ((attributes[name] ?? null) as Scalar) : null;
  return { path: name, root: name, read };
}

function factPath(text: string): ResourcePath {
  const [, target = '', name = '', ...rest] = text.split('.');
  if (target === '' || name === '' || rest.length > 0) {
    throw new ResourcePathError('a fact of another target is written targets.NAME.ATTRIBUTE', 0);
  }
  const lowerTarget = target.toLowerCase();
  const lowerName = name.toLowerCase();
  return { path: text, root: 'targets', read: (resource) => resource.fact(lowerTarget, lowerName) ?? null };
}

const SHAPE = /^(\$?[\p{L}_][\p{L}\p{N}_$-]*)(\[(.*)\])?(?:\.(\$?[\p{L}_][\p{L}\p{N}_$-]*))?$/su;

function split(text: string): Parts {
  const urn = urnOf(text);
  const rest = urn === undefined ? text : text.slice(urn.length + 1);
  const match = SHAPE.exec(rest);
  if (!match?.[1]) throw new ResourcePathError(`${text} is not a SCIM path`, 0);
  const offset = text.length - rest.length + match[1].length + 1;
  return {
    urn,
    attribute: match[1],
    filter: match[3] === undefined ? undefined : filterAt(match[3], offset),
    sub: match[4],
  };
}

/** The URN ends at its last colon that is not inside a filter. */
function urnOf(text: string): string | undefined {
  if (!/^urn:/i.test(text)) return undefined;
  const bracket = text.indexOf('[');
  const head = bracket === -1 ? text : text.slice(0, bracket);
  return head.slice(0, head.lastIndexOf(':'));
}

function filterAt(text: string, offset: number): ValueTest {
  try {
    return compileValueFilter(text);
  } catch (error) {
    if (error instanceof ValueFilterError) throw new ResourcePathError(error.detail, offset + error.offset);
    throw error;
  }
}

/** A misspelt name, in words; undefined when the name is known or nobody said which are. */
function unknownName(parts: Parts, options: PathOptions): string | undefined {
  const { schemas, resourceType } = options;
  if (!schemas) return undefined;
  const namesBySchema = new Map(
    schemas.map((schema) => [schema.id.toLowerCase(), schema.attributes.map((attribute) => attribute.name)]),
  );
  if (resourceType === 'User' && !namesBySchema.has(ENTERPRISE.toLowerCase())) {
    namesBySchema.set(ENTERPRISE.toLowerCase(), [...ENTERPRISE_NAMES]);
  }
  if (parts.urn === undefined) {
    const names = [
      ...coreNames(resourceType),
      ...[...namesBySchema.values()].flat(),
      ...aliasNames(resourceType),
    ];
    return absent(parts.attribute, names);
  }
  const names = namesBySchema.get(parts.urn.toLowerCase());
  if (names) return absent(parts.attribute, names);
  return `${parts.urn} is not a known schema${didYouMean(
    parts.urn,
    schemas.map((schema) => schema.id),
  )}`;
}

function absent(name: string, names: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  if (names.some((one) => one.toLowerCase() === wanted)) return undefined;
  return `${name} is not a known attribute${didYouMean(name, names)}`;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
