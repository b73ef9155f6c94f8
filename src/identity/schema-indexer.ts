import type { SchemaRegistry } from '../schema/schema-registry.js';
import type { ResourceType } from '../schema/resource-type.js';
import { normaliseForSearch } from '../schema/search-document.js';
import type { AttributeDefinition, Attributes, Json, JsonObject } from '../schema/types.js';
import { isKey, matchedPaths } from './indexed-paths.js';
import { ResourceIndexer, type ResourceIndex } from './ports.js';

/** An indexed leaf, with the names that lead to it in the search document. */
interface Leaf {
  path: string;
  names: string[];
}

interface TypePlan {
  type: ResourceType;
  keys: Leaf[];
  values: Leaf[];
  references: Leaf[];
}

/** Works out from the schemas what is unique, what clients match by, and what refers to another resource. */
export class SchemaIndexer extends ResourceIndexer {
  private readonly plans: Map<string, TypePlan>;
  /** Paths in `resource_value`. */
  readonly indexed: ReadonlySet<string> = new Set(matchedPaths);

  constructor(registry: SchemaRegistry) {
    super();
    const names = new Set(registry.resourceTypes.map(({ name }) => name));
    this.plans = new Map(registry.resourceTypes.map((type) => [type.name, planOf(type, names)]));
  }

  index(type: string, attributes: Attributes): ResourceIndex {
    const plan = this.plans.get(type);
    if (!plan) throw new Error(`no resource type "${type}"`);
    const search = normaliseForSearch(attributes, plan.type);
    const strings = (leaves: readonly Leaf[]) =>
      leaves.flatMap(({ path, names }) => unique(read(search, names)).map((value) => ({ path, value })));
    return {
      keys: strings(plan.keys),
      values: strings(plan.values),
      references: strings(plan.references).map(({ path, value }) => ({ attribute: path, to: value })),
      search,
    };
  }
}

function planOf(type: ResourceType, typeNames: ReadonlySet<string>): TypePlan {
  const plan: TypePlan = { type, keys: [], values: [], references: [] };
  for (const { attribute, sub, path, names } of leavesOf(type)) {
    const leaf = sub ?? attribute;
    if (isKey(leaf) && !attribute.multiValued) plan.keys.push({ path, names });
    if (matchedPaths.includes(path) && !(isKey(leaf) && !attribute.multiValued))
      plan.values.push({ path, names });
    if (sub?.name === 'value' && refersToResources(attribute, typeNames))
      plan.references.push({ path, names });
  }
  return plan;
}

function* leavesOf(type: ResourceType) {
  const schemas: { extension: string | undefined; attributes: readonly AttributeDefinition[] }[] = [
    { extension: undefined, attributes: type.schema.attributes },
    ...type.extensions.map(({ schema }) => ({ extension: schema.id, attributes: schema.attributes })),
  ];
  for (const { extension, attributes } of schemas) {
    for (const attribute of attributes) {
      if (attribute.mutability === 'readOnly' || (type.holdsMembers && attribute.name === 'members'))
        continue;
      const names = extension === undefined ? [attribute.name] : [extension, attribute.name];
      const prefix = extension === undefined ? '' : `${extension}:`;
      if (attribute.type !== 'complex')
        yield { attribute, sub: undefined, path: prefix + attribute.name, names };
      for (const sub of attribute.subAttributes ?? []) {
        yield { attribute, sub, path: `${prefix}${attribute.name}.${sub.name}`, names: [...names, sub.name] };
      }
    }
  }
}

function refersToResources(attribute: AttributeDefinition, typeNames: ReadonlySet<string>): boolean {
  const reference = attribute.subAttributes?.find(({ name }) => name === '$ref');
  return reference?.referenceTypes?.some((name) => typeNames.has(name)) ?? false;
}

function read(document: Json | undefined, names: readonly string[]): string[] {
  if (document === undefined || document === null) return [];
  if (Array.isArray(document)) return document.flatMap((element) => read(element, names));
  const [name, ...rest] = names;
  if (name === undefined) return typeof document === 'object' || document === '' ? [] : [String(document)];
  return typeof document === 'object' ? read((document as JsonObject)[name], rest) : [];
}

const unique = (values: readonly string[]): string[] => [...new Set(values)];
