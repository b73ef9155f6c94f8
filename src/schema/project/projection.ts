import type { AttributeDefinition, Json, JsonObject } from '../types.js';

/** One name of `attributes` or `excludedAttributes`, found in the schema. */
export interface SelectedPath {
  /** Absent for the core schema and the common attributes. */
  extension?: string;
  /** Absent: everything in the schema. */
  attribute?: string;
  subAttribute?: string;
  /** `emails[type eq "work"]`: only these values. */
  selects?(value: Json): boolean;
}

/** RFC 7644 §3.9: which attributes an answer carries. Made by `scim/filter/parse-projection`. */
export interface Projection {
  mode: 'default' | 'only' | 'without';
  paths: readonly SelectedPath[];
}

export const everything: Projection = { mode: 'default', paths: [] };

/** Does an answer carry this attribute of the core schema? Relations that it leaves out need not be read. */
export function returnsAttribute({ mode, paths }: Projection, name: string): boolean {
  const lower = name.toLowerCase();
  const named = paths.filter(
    ({ extension, attribute }) =>
      extension === undefined && (attribute === undefined || attribute.toLowerCase() === lower),
  );
  if (mode === 'only') return named.length > 0;
  return !(mode === 'without' && named.some(isWhole));
}

/** Does an answer carry something of this extension that is returned on request only? */
export function requestsExtension({ mode, paths }: Projection, urn: string): boolean {
  return mode === 'only' && paths.some(({ extension }) => extension === urn);
}

const isWhole = ({ subAttribute, selects }: SelectedPath): boolean =>
  subAttribute === undefined && selects === undefined;

/** The part of a value that the answer carries, by `returned` (RFC 7643 §2.2) and what the client asks; undefined for none. */
export function projectAttribute(
  { mode, paths }: Projection,
  extension: string | undefined,
  definition: AttributeDefinition,
  value: Json,
): Json | undefined {
  if (definition.returned === 'never') return undefined;
  const own = paths.filter(
    (path) =>
      path.extension === extension && (path.attribute === undefined || path.attribute === definition.name),
  );
  if (mode === 'only' && own.length > 0) return only(own, definition, value);
  if (definition.returned === 'always')
    return mode === 'without' ? without(own, definition, value) : plain(definition, value);
  if (mode === 'only' || definition.returned === 'request') return undefined;
  return mode === 'without' ? without(own, definition, value) : plain(definition, value);
}

function only(
  paths: readonly SelectedPath[],
  definition: AttributeDefinition,
  value: Json,
): Json | undefined {
  // The name of a schema does not ask for what is returned on request only.
  const naming =
    definition.returned === 'request' ? paths.filter(({ attribute }) => attribute !== undefined) : paths;
  if (naming.length === 0) return undefined;
  return mapValues(value, (element) => {
    const chosen = naming.filter(({ selects }) => selects === undefined || selects(element));
    if (chosen.length === 0) return undefined;
    const whole = chosen.some(({ subAttribute }) => subAttribute === undefined);
    const named = new Set(chosen.map(({ subAttribute }) => subAttribute));
    return withSubAttributes(
      definition,
      element,
      (sub) => named.has(sub.name) || sub.returned === 'always' || (whole && sub.returned === 'default'),
    );
  });
}

function without(
  paths: readonly SelectedPath[],
  definition: AttributeDefinition,
  value: Json,
): Json | undefined {
  const keepsAll = definition.returned === 'always';
  if (!keepsAll && paths.some(isWhole)) return undefined;
  return mapValues(value, (element) => {
    const excluding = paths.filter(({ selects }) => selects === undefined || selects(element));
    if (
      !keepsAll &&
      excluding.some(({ subAttribute, selects }) => subAttribute === undefined && selects !== undefined)
    )
      return undefined;
    const named = new Set(excluding.map(({ subAttribute }) => subAttribute));
    return withSubAttributes(
      definition,
      element,
      (sub) => sub.returned === 'always' || (sub.returned === 'default' && !named.has(sub.name)),
    );
  });
}

const plain = (definition: AttributeDefinition, value: Json): Json | undefined =>
  mapValues(value, (element) =>
    withSubAttributes(definition, element, (sub) => sub.returned === 'always' || sub.returned === 'default'),
  );

function mapValues(value: Json, project: (element: Json) => Json | undefined): Json | undefined {
  if (!Array.isArray(value)) return project(value);
  const values = value.flatMap((element) => project(element) ?? []);
  return values.length === 0 ? undefined : values;
}

function withSubAttributes(
  definition: AttributeDefinition,
  element: Json,
  keeps: (sub: AttributeDefinition) => boolean,
): Json | undefined {
  if (
    definition.subAttributes === undefined ||
    typeof element !== 'object' ||
    element === null ||
    Array.isArray(element)
  )
    return element;
  const object: JsonObject = {};
  for (const sub of definition.subAttributes) {
    const value = element[sub.name];
    if (value !== undefined && sub.returned !== 'never' && keeps(sub)) object[sub.name] = value;
  }
  return Object.keys(object).length === 0 ? undefined : object;
}
