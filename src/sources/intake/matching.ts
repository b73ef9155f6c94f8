import type { Departure, NamedResource } from '../../identity/model.js';
import type { ResourceStore } from '../../identity/ports.js';
import { resolvePath } from '../../schema/attribute-path.js';
import type { AttributeReference } from '../../schema/filter.js';
import type { ResourceType } from '../../schema/resource-type.js';
import type { Attributes, Json, JsonObject } from '../../schema/types.js';
import { isObject } from '../../schema/validate/attribute-value.js';

/** Whom a record means. */
export type Meant =
  | { kind: 'nobody' }
  | { kind: 'one'; id: string; adopt: boolean; departed?: Departure }
  | { kind: 'unclear'; candidates: string[]; reason: string };

export interface Wanted {
  source: string;
  type: ResourceType;
  externalId: string;
  attributes: Attributes;
  /** The match rules of the source. */
  rules: readonly string[];
}

/** More than these are as unclear as these. */
const mostCandidates = 10;

/** Finds the resource that a record means: by the source's own externalId, then by its match rules. Never guesses. */
export class Matching {
  constructor(private readonly store: ResourceStore) {}

  async find(wanted: Wanted): Promise<Meant> {
    const { source, type, externalId } = wanted;
    const named = await this.store.named(undefined, type.name, source, externalId);
    if (named.length > 1) {
      const reason = `${named.length} resources have the externalId "${externalId}" of the source "${source}"`;
      return { kind: 'unclear', candidates: named.map(({ resourceId }) => resourceId), reason };
    }
    return named[0] ? known(named[0]) : this.byRules(wanted);
  }

  private async byRules(wanted: Wanted): Promise<Meant> {
    const found = new Map<string, string[]>();
    for (const rule of wanted.rules) {
      const ids = await this.byRule(wanted, rule);
      if (ids.length > 0) found.set(rule, ids);
    }
    const candidates = [...new Set([...found.values()].flat())];
    if (candidates.length === 0) return { kind: 'nobody' };
    if (candidates.length > 1) {
      const rules = [...found].map(([rule, ids]) => `${rule} finds ${ids.join(', ')}`).join('; ');
      return { kind: 'unclear', candidates, reason: `more than one resource could be meant: ${rules}` };
    }
    return this.adoptable(wanted, candidates[0]!, [...found.keys()][0]!);
  }

  private async adoptable({ source }: Wanted, id: string, rule: string): Promise<Meant> {
    const other = (await this.store.externalIds(undefined, id))[source];
    if (other === undefined) return { kind: 'one', id, adopt: true };
    const reason = `${rule} finds ${id}, which is the record "${other}" of the source "${source}" already`;
    return { kind: 'unclear', candidates: [id], reason };
  }

  private async byRule({ type, attributes }: Wanted, rule: string): Promise<string[]> {
    const path = leafPath(type, rule);
    if (!path) return [];
    const ids = new Set<string>();
    for (const value of valuesAt(attributes, path)) {
      const page = await this.store.search(
        {
          filter: { kind: 'compare', path, operator: 'eq', operand: value },
          types: [type.name],
          count: mostCandidates,
          withMembers: false,
          withGroups: false,
        },
        '',
      );
      page.resources.forEach(({ id }) => ids.add(id));
    }
    return [...ids];
  }
}

const known = ({ resourceId: id, departed }: NamedResource): Meant => ({
  kind: 'one',
  id,
  adopt: false,
  ...(departed === undefined ? {} : { departed }),
});

/** `emails` means its values. */
export function leafPath(type: ResourceType, text: string): AttributeReference | undefined {
  const path = resolvePath(type, text);
  if (path?.attribute.type !== 'complex' || path.subAttribute) return path;
  const subAttribute = path.attribute.subAttributes?.find(({ name }) => name === 'value');
  return subAttribute && { ...path, subAttribute };
}

/** An empty text says nothing about who is meant. */
function valuesAt(
  attributes: Attributes,
  { extension, attribute, subAttribute }: AttributeReference,
): (string | number | boolean)[] {
  const owner = extension === undefined ? attributes : attributes[extension];
  const value = isObject(owner!) ? owner[attribute.name] : undefined;
  const elements: (Json | undefined)[] = Array.isArray(value) ? value : [value];
  const leaves = elements.map((element) =>
    subAttribute && isObject(element!) ? (element as JsonObject)[subAttribute.name] : element,
  );
  return leaves.filter((leaf) => ['string', 'number', 'boolean'].includes(typeof leaf) && leaf !== '') as (
    string | number | boolean
  )[];
}
