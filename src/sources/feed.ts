/** What feeds (CSV files, bulk uploads) hand over, and what becomes of it. */
import type { Caller } from '../identity/model.js';
import type { Attributes, Json } from '../schema/types.js';

/** One person or group as a source describes it. */
export interface FeedRecord {
  /** `User` or `Group`, or a configured resource type. */
  type: string;
  /** What the source calls the resource (RFC 7643 §3.1); unique within the source. */
  externalId: string;
  /**
   * Attributes in schema spelling, extensions under their URN. Present: the source states it; `null`: the source states
   * that there is none; absent: the source says nothing of it.
   */
  attributes: Attributes;
  /** Where it stands, for messages: `people.csv:17`, a bulkId. */
  place: string;
}

/** One attribute that differs, by its path. */
export interface RecordChange {
  path: string;
  from?: Json;
  to?: Json;
  /** The change is not made, because this source has precedence. */
  keptFor?: string;
}

/**
 * What becomes of a record. `parked`: two resources could be meant, or the one meant belongs to another record of the
 * source; nothing is written until a person decides. `rejected`: the record is wrong; mend it at the source.
 */
export interface RecordResult {
  place: string;
  externalId: string;
  outcome: 'created' | 'updated' | 'unchanged' | 'parked' | 'rejected';
  resourceId?: string;
  changes: RecordChange[];
  /** Resources that the record names and nobody knows yet: `manager "4711"`. What refers to them is not written. */
  unknownReferences?: string[];
  /** For parked and rejected: what, why, how to mend. */
  reason?: string;
  /** SCIM status of a rejected record, for answers over HTTP. */
  status?: number;
  scimType?: string;
}

/** Takes records of one source into the store; implemented in sources/intake. */
export abstract class Intake {
  /** Validates, matches and compares; writes nothing. */
  abstract preview(source: string, record: FeedRecord): Promise<RecordResult>;
  /** Upserts by externalId, then by the source's match rules. Never waits for a target (RFC 7644 bulk: `answer: stored`). */
  abstract take(source: string, record: FeedRecord, caller: Caller): Promise<RecordResult>;
  /** externalId to resource id of everything this source knows of the type, in pages of externalId order. */
  abstract known(
    source: string,
    type: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ externalId: string; resourceId: string }[]>;
  /** The source has this resource no more: by the source's policy `active` goes to false, or the resource is removed. */
  abstract leave(source: string, type: string, externalId: string, caller: Caller): Promise<RecordResult>;
  /** What `leave` would do. */
  abstract previewLeave(source: string, type: string, externalId: string): Promise<RecordResult>;
}
