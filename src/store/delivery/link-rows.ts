import type { Edge, HeldPlan, Link, LinkError, ReservedValue, Priority } from '../../delivery/model.js';
import { parseJson, type Row } from '../sql/sql.js';

export interface LinkRow extends Row {
  id: string;
}

const number = (value: unknown) => Number(value);
const optionalNumber = (value: unknown) =>
  value === null || value === undefined ? undefined : Number(value);
const optionalText = (value: unknown) => (value === null || value === undefined ? undefined : String(value));

export function toLink(row: Row): Link {
  return {
    id: String(row.id),
    target: String(row.target),
    resourceId: String(row.resource_id),
    resourceType: String(row.resource_type),
    label: String(row.label),
    anchor: optionalText(row.anchor),
    claimedAnchor: optionalText(row.anchor),
    createdByUs: Boolean(row.created_by_us),
    generation: number(row.generation),
    state: String(row.state) as Link['state'],
    priority: number(row.priority) as Priority,
    attempts: number(row.attempts),
    nextAttemptAt: number(row.next_attempt_at),
    edgesDueAt: optionalNumber(row.edges_due_at),
    leaseOwner: optionalText(row.lease_owner),
    leaseUntil: optionalNumber(row.lease_until),
    error: parseJson<LinkError>(row.error),
    removal: parseJson<NonNullable<Link['removal']>>(row.removal),
    removeAt: optionalNumber(row.remove_at),
    uniqueValues: parseJson<Record<string, ReservedValue>>(row.unique_values) ?? {},
    facts: parseJson<Record<string, string>>(row.facts) ?? {},
    held: parseJson<HeldPlan>(row.held),
    cause: parseJson<Link['cause']>(row.cause) ?? { caller: '', source: '', correlationId: '' },
    mappingRevision: optionalText(row.mapping_revision),
    formerOwners: parseJson<string[]>(row.former_owners) ?? [],
    updatedAt: number(row.updated_at),
  };
}

export function toEdge(row: Row): Edge {
  return {
    groupId: String(row.group_id),
    memberId: String(row.member_id),
    memberType: String(row.member_type),
    generation: number(row.generation),
    state: String(row.state) as Edge['state'],
    attempts: number(row.attempts),
    nextAttemptAt: number(row.next_attempt_at),
    changeId: optionalText(row.change_id),
    error: parseJson<LinkError>(row.error),
  };
}
