import { resolvePath } from '../../schema/attribute-path.js';
import type { AttributeReference } from '../../schema/filter.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { pathName } from '../indexed-paths.js';
import { RuledPath } from './ruled-path.js';

/** One entry of authority.yaml: for these attributes, the first source that states a value has the say. */
export interface AuthorityEntry {
  attributes: readonly string[];
  /** Highest precedence first. */
  sources: readonly string[];
}

export interface AuthorityRule {
  path: RuledPath;
  sources: readonly string[];
}

export interface AuthorityProblem {
  /** Index of the entry and of the attribute in it. */
  entry: number;
  attribute: number;
  detail: string;
}

/** The rules of one resource type, with everything that is wrong in them. */
export function compileAuthority(
  type: ResourceType,
  entries: readonly AuthorityEntry[],
): { rules: AuthorityRule[]; problems: AuthorityProblem[] } {
  const rules: AuthorityRule[] = [];
  const problems: AuthorityProblem[] = [];
  entries.forEach(({ attributes, sources }, entry) =>
    attributes.forEach((text, attribute) => {
      const reference = resolvePath(type, text);
      const detail = problemOf(type, text, reference);
      if (!reference || detail !== undefined) {
        problems.push({ entry, attribute, detail: detail ?? '' });
        return;
      }
      const path = new RuledPath(pathName(reference), reference);
      const other = rules.find((rule) => rule.path.covers(path.path) || path.covers(rule.path.path));
      if (other) problems.push({ entry, attribute, detail: `is ruled by "${other.path.path}" already` });
      else rules.push({ path, sources });
    }),
  );
  return { rules, problems };
}

function problemOf(
  type: ResourceType,
  text: string,
  reference: AttributeReference | undefined,
): string | undefined {
  if (!reference) return `${type.name} has no attribute "${text}"`;
  const { attribute, subAttribute } = reference;
  if (attribute.mutability === 'readOnly' || subAttribute?.mutability === 'readOnly')
    return `"${text}" is readOnly: no source writes it`;
  if (attribute.name === 'externalId') return 'every source has an externalId of its own';
  if (attribute.name === 'members') return 'memberships are a relation: they have no precedence';
  if (attribute.multiValued && subAttribute)
    return `"${attribute.name}" has several values: name it as a whole`;
  return undefined;
}
