import type { MemberOperation } from '../../identity/model.js';
import type { ResolvedFilter } from '../../schema/filter.js';
import { badRequest } from '../../schema/scim-error.js';
import type { Json } from '../../schema/types.js';
import { memberIds } from '../../schema/validate/member-ids.js';
import type { PatchDialect } from './patch-dialect.js';
import type { AttributeTarget } from '../filter/target-path.js';
import type { Verb } from './patch-request.js';

/** Memberships are rows: every form of a PATCH on `members` becomes row operations, and the group is never loaded. */
export function memberOperations(
  verb: Verb,
  target: AttributeTarget,
  value: Json | undefined,
  dialect: PatchDialect,
): MemberOperation[] {
  if (target.subAttribute !== undefined)
    throw badRequest('mutability', `"${target.text}" cannot be changed: add and remove whole members.`);
  if (target.filter !== undefined) return onSelected(verb, target, target.filter, value);
  const listed = value === undefined || value === null ? undefined : memberIds(value, target.text);
  if (verb === 'replace') return [{ op: 'replace', members: listed ?? [] }];
  if (verb === 'add')
    return listed === undefined || listed.length === 0 ? [] : [{ op: 'add', members: listed }];
  if (listed === undefined) return [{ op: 'replace', members: [] }];
  if (!dialect.removeValueList) throw valueListRefused(target.text);
  return listed.length === 0 ? [] : [{ op: 'remove', members: listed }];
}

function onSelected(
  verb: Verb,
  target: AttributeTarget,
  filter: ResolvedFilter,
  value: Json | undefined,
): MemberOperation[] {
  const ids = idsOf(filter);
  if (verb === 'remove' || value === null)
    return [ids === undefined ? { op: 'removeWhere', filter } : { op: 'remove', members: ids }];
  if (verb === 'add')
    throw badRequest('mutability', `"${target.text}": members are added by the path "members".`);
  const members = memberIds(value ?? null, target.text);
  const removal: MemberOperation =
    ids === undefined
      ? { op: 'removeWhere', filter, mustMatch: true }
      : { op: 'remove', members: ids, mustMatch: true };
  return [removal, { op: 'add', members }];
}

/** The ids of `value eq "a"` and `value eq "a" or value eq "b"`; undefined for any other filter. */
function idsOf(filter: ResolvedFilter): string[] | undefined {
  if (filter.kind === 'or') {
    const parts = filter.operands.map(idsOf);
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  const byId =
    filter.kind === 'compare' && filter.operator === 'eq' && filter.path.subAttribute?.name === 'value';
  return byId && typeof filter.operand === 'string' ? [filter.operand] : undefined;
}

/** By the RFC the value means nothing, and everything would go: nobody's data is destroyed by a guess. */
export const valueListRefused = (path: string) =>
  badRequest(
    'invalidValue',
    `"remove" of "${path}" takes no value list: select values by a filter in the path.`,
  );
