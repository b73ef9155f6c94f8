import { ConflictException, Injectable } from '@nestjs/common';
import { JobStore } from '../delivery/jobs/job.js';
import type { RunningTarget } from '../delivery/targets.js';

export interface RestorePreview {
  job: string;
  counts: Record<string, number>;
  differences: number;
}

/** A target of a restored store is written to only after somebody saw what would be written, and said so. */
@Injectable()
export class AfterRestore {
  constructor(private readonly jobs: JobStore) {}

  /** Undefined: the target is not paused by a restore. Throws until a look was had and accepted. */
  async preview(target: RunningTarget, accepted: boolean): Promise<RestorePreview | undefined> {
    await target.refresh();
    const { pause } = await target.state();
    if (pause?.reason !== 'restore') return undefined;
    const preview = await this.lookAfter(target.name, pause.at);
    if (!preview)
      throw new ConflictException(
        `The store was restored: nothing is written to "${target.name}" before somebody has looked at it. Run: landfall reconcile ${target.name}`,
      );
    if (!accepted) throw new ConflictException(`${found(target.name, preview)} To go on with that: --accept`);
    return preview;
  }

  private async lookAfter(target: string, at: number): Promise<RestorePreview | undefined> {
    const looks = await this.jobs.list({ kind: 'reconcile', target, state: 'done', limit: 20 });
    const look = looks.find(({ createdAt, progress }) => createdAt >= at && !progress.apply);
    if (!look) return undefined;
    const { counts = {}, differences = 0 } = look.result as unknown as Partial<RestorePreview>;
    return { job: look.id, counts, differences };
  }
}

function found(target: string, { counts, differences }: RestorePreview): string {
  const figures = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  const ahead = counts.orphans
    ? ` ${counts.orphans} account(s) bear the stamp of resources that the store does not know: the target is ahead of the store.`
    : '';
  return `The reconcile after the restore found ${differences} difference(s) (${figures.join(', ')}).${ahead} Nothing was written to "${target}" yet.`;
}
