/**
 * Every table of the store, once: the entities and the first migration are both made from it.
 * After the first release a change here comes with a migration of its own, and the first migration keeps a frozen copy.
 */
export type Engine = 'sqlite' | 'postgres';
export type ColumnType = 'text' | 'integer' | 'position' | 'time' | 'boolean' | 'json';

export interface ColumnDescription {
  type: ColumnType;
  nullable?: boolean;
  default?: string | number | boolean;
}

export interface TableDescription {
  name: string;
  columns: Record<string, ColumnDescription>;
  primaryKey: string[];
  /** Narrow rows that are found by their key: SQLite keeps them in the key's own tree, one page to read instead of two. */
  clustered?: true;
  unique?: Record<string, string[]>;
  indices?: Record<string, string[]>;
  foreignKeys?: Record<string, { column: string; table: string; references: string }>;
}

const text = { type: 'text' } as const;
const optionalText = { type: 'text', nullable: true } as const;
const integer = { type: 'integer' } as const;
/** Milliseconds since 1970. */
const time = { type: 'time' } as const;
const optionalTime = { type: 'time', nullable: true } as const;
const json = { type: 'json' } as const;
const optionalJson = { type: 'json', nullable: true } as const;

export const tables: TableDescription[] = [
  { name: 'store_fact', columns: { name: text, value: text }, primaryKey: ['name'] },
  {
    name: 'resource',
    columns: {
      id: text,
      type: text,
      version: integer,
      created: time,
      last_modified: time,
      attributes: json,
      /** The search document (schema/search-document): folded, typed, never shown. */
      search: json,
      /** Attribute path to the source that wrote it last; '' to the source of everything else. */
      authors: optionalJson,
      /** Attribute path to what sources without precedence state. */
      offers: optionalJson,
    },
    primaryKey: ['id'],
    indices: { ix_resource_type: ['type', 'id'], ix_resource_modified: ['type', 'last_modified', 'id'] },
  },
  {
    name: 'resource_count',
    columns: { type: text, shard: integer, resources: integer },
    primaryKey: ['type', 'shard'],
  },
  {
    name: 'resource_key',
    columns: { type: text, path: text, value: text, resource_id: text },
    primaryKey: ['type', 'path', 'value'],
    clustered: true,
    indices: { ix_resource_key_resource: ['resource_id'] },
    foreignKeys: { fk_resource_key: { column: 'resource_id', table: 'resource', references: 'id' } },
  },
  {
    name: 'resource_value',
    columns: { type: text, path: text, value: text, resource_id: text },
    primaryKey: ['type', 'path', 'value', 'resource_id'],
    clustered: true,
    indices: { ix_resource_value_resource: ['resource_id'] },
    foreignKeys: { fk_resource_value: { column: 'resource_id', table: 'resource', references: 'id' } },
  },
  {
    name: 'external_id',
    columns: {
      resource_id: text,
      source: text,
      type: text,
      value: text,
      /** The source has the resource no more: `deactivated` by that, or `noted`. */
      departed: optionalText,
    },
    primaryKey: ['resource_id', 'source'],
    clustered: true,
    indices: { ix_external_id_value: ['type', 'source', 'value'] },
    foreignKeys: { fk_external_id: { column: 'resource_id', table: 'resource', references: 'id' } },
  },
  {
    name: 'reference',
    columns: { from_id: text, attribute: text, to_id: text },
    primaryKey: ['from_id', 'attribute', 'to_id'],
    clustered: true,
    indices: { ix_reference_to: ['to_id', 'from_id'] },
    foreignKeys: { fk_reference: { column: 'from_id', table: 'resource', references: 'id' } },
  },
  {
    name: 'membership',
    columns: { group_id: text, member_id: text, member_type: text, since: time },
    primaryKey: ['group_id', 'member_id'],
    clustered: true,
    indices: { ix_membership_member: ['member_id', 'group_id'] },
    foreignKeys: {
      fk_membership_group: { column: 'group_id', table: 'resource', references: 'id' },
      fk_membership_member: { column: 'member_id', table: 'resource', references: 'id' },
    },
  },
  {
    name: 'link',
    columns: {
      id: text,
      target: text,
      resource_id: text,
      resource_type: text,
      label: text,
      anchor: optionalText,
      created_by_us: { type: 'boolean', default: false },
      generation: integer,
      /** due, applied, parked, held, removing, retained. */
      state: text,
      /** 0 interactive, 10 background passes. */
      priority: { type: 'integer', default: 0 },
      attempts: { type: 'integer', default: 0 },
      next_attempt_at: time,
      /** When edges of this group are to be looked at; null: none is due. */
      edges_due_at: optionalTime,
      lease_owner: optionalText,
      lease_until: optionalTime,
      error: optionalJson,
      /** What removal needs: the leaver policy and when it is to be completed. */
      removal: optionalJson,
      remove_at: optionalTime,
      /** The reserved value of each unique attribute, with the digest of the candidates it came from. */
      unique_values: optionalJson,
      facts: optionalJson,
      /** A held plan: digest, summary, effects; and what an administrator allowed. */
      held: optionalJson,
      /** Who asked last: caller, source, correlation id. */
      cause: optionalJson,
      mapping_revision: optionalText,
      /** Link that holds a value which this one wants. */
      waits_for: optionalText,
      /** Resources whose account this was before, as long as it may bear the mark of one of them. */
      former_owners: optionalJson,
      updated_at: time,
    },
    primaryKey: ['id'],
    unique: { uq_link_resource: ['target', 'resource_id'], uq_link_anchor: ['target', 'anchor'] },
    indices: {
      ix_link_due: ['target', 'state', 'priority', 'next_attempt_at'],
      ix_link_edges: ['target', 'edges_due_at'],
      ix_link_resource: ['resource_id'],
      ix_link_waits_for: ['waits_for'],
    },
  },
  {
    name: 'edge',
    columns: {
      target: text,
      group_id: text,
      member_id: text,
      member_type: text,
      generation: integer,
      /** due, parked, kept (of an account that left its groups), aside (of a group out of scope). */
      state: text,
      attempts: { type: 'integer', default: 0 },
      next_attempt_at: time,
      change_id: optionalText,
      error: optionalJson,
    },
    primaryKey: ['target', 'group_id', 'member_id'],
    indices: {
      ix_edge_member: ['target', 'member_id'],
      ix_edge_due: ['target', 'group_id', 'state', 'next_attempt_at'],
      ix_edge_change: ['change_id'],
    },
  },
  {
    name: 'undecided',
    columns: {
      change_id: text,
      resource_id: text,
      link_id: text,
      target: text,
      /** create, update, members. */
      kind: text,
      /** The former image without secrets; null for a create. */
      former: optionalJson,
      version_after: integer,
      deadline: time,
      /** pending, kept, undone. */
      state: text,
      error: optionalJson,
      caller: json,
    },
    primaryKey: ['change_id'],
    indices: { ix_undecided_resource: ['resource_id', 'state'], ix_undecided_link: ['link_id', 'state'] },
  },
  {
    name: 'sealed',
    columns: {
      id: text,
      link_id: text,
      resource_id: text,
      target: text,
      /** set: a client's password on its way; initial: generated, waiting to be revealed. */
      purpose: text,
      cipher: text,
      key_name: text,
      sealed_at: time,
      expires_at: time,
      /** Of one link, in the order in which they came. */
      position: { type: 'integer', default: 0 },
      /** The change that brought it, as long as nobody may have decided it: an undo takes this one back, and no other. */
      change_id: optionalText,
      /** What the target said of its password before the first attempt to write this one. */
      mark: optionalText,
      delivered: { type: 'boolean', default: false },
    },
    primaryKey: ['id'],
    indices: { ix_sealed_link: ['link_id'], ix_sealed_expires: ['expires_at'] },
  },
  {
    name: 'reservation',
    columns: { target: text, name_space: text, value: text, link_id: text, attribute: text },
    primaryKey: ['target', 'name_space', 'value'],
    indices: { ix_reservation_link: ['link_id'] },
  },
  {
    name: 'target',
    columns: {
      name: text,
      revision: text,
      /** active, paused. */
      state: text,
      pause: optionalJson,
      unavailable_since: optionalTime,
      retry_at: optionalTime,
      server: optionalText,
      server_moved_at: optionalTime,
      last_success_at: optionalTime,
    },
    primaryKey: ['name'],
  },
  {
    name: 'guard_count',
    columns: { target: text, effect: text, at: time, link_id: text, amount: integer },
    primaryKey: ['target', 'effect', 'at', 'link_id'],
  },
  {
    name: 'provisioning_log',
    columns: {
      id: text,
      at: time,
      correlation_id: text,
      caller: text,
      source: text,
      target: text,
      resource_id: text,
      resource_type: text,
      label: text,
      anchor: optionalText,
      account: optionalText,
      action: text,
      /** success, failure, skipped, pending, undone. */
      outcome: text,
      duration_ms: integer,
      attempt: integer,
      steps: json,
      changes: json,
      error: optionalJson,
    },
    primaryKey: ['id'],
    indices: {
      ix_log_at: ['at'],
      ix_log_resource: ['resource_id', 'at'],
      ix_log_target: ['target', 'at'],
      ix_log_correlation: ['correlation_id'],
    },
  },
  {
    name: 'parked_record',
    columns: {
      source: text,
      type: text,
      external_id: text,
      place: text,
      /** Ids of the resources that could be meant. */
      candidates: json,
      reason: text,
      /** What the source stated, without secrets. */
      attributes: json,
      at: time,
    },
    primaryKey: ['source', 'type', 'external_id'],
  },
  {
    /** A resource that a record named, and that its source has not brought yet. */
    name: 'awaited_reference',
    columns: { source: text, type: text, external_id: text, path: text, name: text },
    primaryKey: ['source', 'type', 'external_id', 'path', 'name'],
  },
  {
    name: 'event',
    columns: {
      id: text,
      at: time,
      txn: text,
      resource_type: text,
      resource_id: text,
      resource_version: integer,
      events: json,
      /** Given after the commit; null: not given yet. */
      position: { type: 'position', nullable: true },
    },
    primaryKey: ['id'],
    indices: { ix_event_at: ['at'], ix_event_position: ['position'] },
  },
  {
    name: 'event_receiver',
    /** Everything up to the position is acknowledged. */
    columns: { name: text, position: { type: 'position' }, updated_at: time },
    primaryKey: ['name'],
  },
  {
    name: 'event_acknowledged',
    /** Acknowledged before something older. */
    columns: { receiver: text, position: { type: 'position' } },
    primaryKey: ['receiver', 'position'],
    clustered: true,
  },
  {
    name: 'job',
    columns: {
      id: text,
      kind: text,
      target: optionalText,
      /** running, done, failed, cancelled. */
      state: text,
      progress: json,
      result: optionalJson,
      created_at: time,
      updated_at: time,
    },
    primaryKey: ['id'],
    indices: { ix_job_kind: ['kind', 'created_at'] },
  },
  {
    name: 'employment',
    columns: {
      resource_id: text,
      resource_type: text,
      /** What was decided of its dates holds from here; null: ever since. Later than now: the clock was set back. */
      since: optionalTime,
      /** And until here: then it is looked at again; null: there is no further change. */
      until: optionalTime,
    },
    primaryKey: ['resource_id'],
    clustered: true,
    indices: { ix_employment_until: ['until'], ix_employment_since: ['since'] },
  },
  {
    name: 'turn',
    columns: { name: text, owner: text, until: time, last_run_at: optionalTime },
    primaryKey: ['name'],
  },
];
