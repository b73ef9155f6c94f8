import type { Attributes } from '../../schema/types.js';

/** A record that could mean two resources: it waits for a person. */
export interface ParkedRecord {
  source: string;
  type: string;
  externalId: string;
  place: string;
  /** Ids of the resources that could be meant. */
  candidates: string[];
  reason: string;
  /** What the source stated, without secrets. */
  attributes: Attributes;
  /** Milliseconds since 1970. */
  at: number;
}

/** Records that wait for a person; implemented by store. */
export abstract class ParkedRecords {
  /** One for each record: a later one takes the place of the former. */
  abstract put(record: ParkedRecord): Promise<void>;
  abstract find(source: string, type: string, externalId: string): Promise<ParkedRecord | undefined>;
  /** Oldest first; of every source when none is named. */
  abstract list(source: string | undefined, limit: number): Promise<ParkedRecord[]>;
  abstract clear(source: string, type: string, externalId: string): Promise<void>;
}
