import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { Refused, type JobRun, type JobWork } from '../delivery/jobs/job-run.js';
import type { StoreCopy } from '../delivery/jobs/store-copy.js';

/** Copies the store to a file of the gateway's machine. */
export class BackupWork implements JobWork {
  readonly kind = 'backup';
  /** A copy is one step: nobody else goes on with it meanwhile. */
  readonly turnMs = 6 * 3600_000;

  constructor(private readonly copy: StoreCopy) {}

  async run({ job }: JobRun): Promise<void> {
    const file = String(job.progress.details?.file ?? '');
    if (!isAbsolute(file)) throw new Refused('the path of a backup is absolute');
    if (existsSync(file)) throw new Refused(`${file} exists already: a backup never writes over a file`);
    try {
      job.result = { counts: { bytes: await this.copy.copyTo(file) } };
    } catch (error) {
      throw new Refused(`the store could not be copied to ${file}: ${(error as Error).message}`);
    }
  }
}
