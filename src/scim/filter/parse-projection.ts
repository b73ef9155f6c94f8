import type { Projection, SelectedPath } from '../../schema/project/projection.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { badRequest } from '../../schema/scim-error.js';
import { searchableValue } from '../../schema/search-document.js';
import type { Json } from '../../schema/types.js';
import type { FilterDialect } from './filter-dialect.js';
import { matchesElement } from './matches.js';
import { resolveTarget, type Target } from './target-path.js';

export interface ProjectionQuery {
  attributes?: string | readonly string[] | undefined;
  excludedAttributes?: string | readonly string[] | undefined;
}

const MAX_NAMES = 500;

/** RFC 7644 §3.4.2.5 and §3.9. Names that the schema does not know ask for nothing. */
export function parseProjection(
  type: ResourceType,
  query: ProjectionQuery,
  dialect: FilterDialect,
): Projection {
  const only = namesOf(query.attributes);
  const without = namesOf(query.excludedAttributes);
  if (only.length > 0 && without.length > 0)
    throw badRequest('invalidValue', '"attributes" and "excludedAttributes" exclude each other.');
  if (only.length + without.length > MAX_NAMES)
    throw badRequest('invalidValue', `More than ${MAX_NAMES} attribute names.`);
  if (only.length > 0) return { mode: 'only', paths: only.flatMap((name) => select(type, name, dialect)) };
  if (without.length === 0) return { mode: 'default', paths: [] };
  return { mode: 'without', paths: without.flatMap((name) => select(type, name, dialect)) };
}

function select(type: ResourceType, name: string, dialect: FilterDialect): SelectedPath[] {
  const target = resolveTarget(type, name, { ...dialect, ignoreUnknown: true });
  if (target === undefined) return [];
  if (target.kind === 'resource') return [{}];
  if (target.kind === 'extension') return [{ extension: target.urn }];
  return [selected(target)];
}

function selected(target: Target & { kind: 'attribute' }): SelectedPath {
  const { extension, attribute, subAttribute, filter } = target;
  return {
    ...(extension === undefined ? {} : { extension }),
    attribute: attribute.name,
    ...(subAttribute === undefined ? {} : { subAttribute: subAttribute.name }),
    ...(filter === undefined
      ? {}
      : {
          selects: (value: Json) => {
            const searchable = searchableValue(attribute, value);
            return typeof searchable === 'object' && searchable !== null && !Array.isArray(searchable)
              ? matchesElement(filter, searchable)
              : searchable !== undefined && matchesElement(filter, { value: searchable });
          },
        }),
  };
}

/** Commas separate names, but for those in brackets and strings. */
function namesOf(list: string | readonly string[] | undefined): string[] {
  const texts = typeof list === 'string' ? [list] : (list ?? []);
  return texts
    .flatMap(splitAtCommas)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function splitAtCommas(text: string): string[] {
  const names: string[] = [];
  let from = 0;
  let bracketed = false;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted && character === '\\') at++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '[' || character === ']')) bracketed = character === '[';
    else if (character === ',' && !quoted && !bracketed) {
      names.push(text.slice(from, at));
      from = at + 1;
    }
  }
  names.push(text.slice(from));
  return names;
}
