import type { Job } from '../../delivery/jobs/job.js';
import type { JsonObject } from '../../schema/types.js';

/** What an import remembers beside its progress: with it another process goes on. */
export interface ImportDetails {
  /** Where the file is, on the machine that has it. */
  file: string;
  /** As people know it. */
  name: string;
  /** SHA-256 in hex: the job is about these bytes and no others. */
  digest: string;
  /** The file was uploaded for this job and goes with it. */
  uploaded: boolean;
  /** Whoever is missing has left. */
  full: boolean;
  /** Somebody looked at exactly so many leavers and allowed them. */
  allowLeavers?: number;
  /** The guard has let the leavers pass. */
  leaversPassed?: boolean;
  /** Where the rejected rows go. */
  rejectedFile: string;
  /** How much of that file is certain. */
  rejectedBytes: number;
  /** Rows, from the first to the last, that name somebody who came later in the file. */
  deferred?: [number, number];
}

export const detailsOf = ({ progress }: Job): ImportDetails => progress.details as unknown as ImportDetails;

export const asJson = (details: ImportDetails): JsonObject => details as unknown as JsonObject;
