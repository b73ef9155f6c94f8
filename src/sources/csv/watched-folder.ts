import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from '../../delivery/jobs/job.js';
import type { BeginImport } from './begin-import.js';
import { digestOf } from './check-file.js';
import { detailsOf } from './import-details.js';
import { SettledFiles } from './settled-files.js';

export interface WatchLogger {
  info(detail: Record<string, unknown>, message: string): void;
  warn(detail: Record<string, unknown>, message: string): void;
}

export interface WatchedFolderParts {
  source: string;
  folder: string;
  begin: BeginImport;
  logger: WatchLogger;
  settlesMs: number;
}

const rejectedSuffix = '.rejected.csv';

/**
 * One folder of one source. A file is moved into `processing` under a name of its own before anything else happens, and the
 * job remembers that name: whenever the process dies, the next look sees how far the file is and goes on from there. It
 * leaves `processing` last, when its result stands in `done` or `failed`.
 */
export class WatchedFolder {
  private readonly arriving: SettledFiles;
  private readonly processing: string;

  constructor(private readonly parts: WatchedFolderParts) {
    this.arriving = new SettledFiles(parts.folder, parts.settlesMs);
    this.processing = join(parts.folder, 'processing');
  }

  /** One step; the source's files are imported one after another. */
  async look(now = Date.now()): Promise<void> {
    for (const name of ['processing', 'done', 'failed'])
      await mkdir(join(this.parts.folder, name), { recursive: true });
    const settled = await this.arriving.list(now);
    const files = (await readdir(this.processing)).filter((name) => !name.endsWith(rejectedSuffix)).sort();
    for (const name of files) if (await this.isBusy(name)) return;
    const [next] = settled;
    if (next === undefined) return;
    const name = `${stampOf(now)}-${next}`;
    await rename(join(this.parts.folder, next), join(this.processing, name));
    await this.import(name);
  }

  /** Ends what has ended; true while a file is being imported. */
  private async isBusy(name: string): Promise<boolean> {
    const job = await this.parts.begin.ofFile(this.parts.source, join(this.processing, name));
    if (job && job.state !== 'running') {
      await this.finish(name, job);
      return false;
    }
    if (!job) await this.import(name);
    return true;
  }

  private async import(name: string): Promise<void> {
    const { begin, source } = this.parts;
    const file = join(this.processing, name);
    await begin.begin({
      source,
      file,
      name: nameIn(name),
      digest: await digestOf(file),
      uploaded: false,
      rejectedFile: `${file}${rejectedSuffix}`,
      apply: true,
    });
  }

  private async finish(name: string, job: Job): Promise<void> {
    const to = join(this.parts.folder, job.state === 'done' ? 'done' : 'failed');
    const counts = (job.result.counts ?? {}) as Record<string, number>;
    const { rejectedFile, digest } = detailsOf(job);
    await writeWhole(join(to, `${name}.json`), resultOf(job));
    if (await hasRows(rejectedFile, counts)) await rename(rejectedFile, join(to, `${name}${rejectedSuffix}`));
    else await rm(rejectedFile, { force: true });
    await rename(join(this.processing, name), join(to, name));
    const told = { source: this.parts.source, file: nameIn(name), job: job.id, digest, counts };
    const { waiting } = job.progress;
    if (job.state === 'done') this.parts.logger.info(told, 'a CSV file is imported');
    else this.parts.logger.warn({ ...told, reason: waiting ?? job.state }, 'a CSV file is not imported');
  }
}

/** `20261123T060000123Z`: sorts as it came. */
const stampOf = (now: number): string => new Date(now).toISOString().replace(/[-:.]/g, '');

const nameIn = (stamped: string): string => stamped.slice(stamped.indexOf('-') + 1);

async function hasRows(file: string, counts: Record<string, number>): Promise<boolean> {
  const rows = (counts.rejected ?? 0) + (counts.parked ?? 0) + (counts.unresolved ?? 0);
  return (
    rows > 0 &&
    (await stat(file).then(
      () => true,
      () => false,
    ))
  );
}

function resultOf(job: Job): string {
  const { name, digest } = detailsOf(job);
  const { waiting } = job.progress;
  const { counts = {}, rows = {} } = job.result;
  const result = {
    file: name,
    sha256: digest,
    job: job.id,
    state: job.state,
    ...(waiting === undefined ? {} : { reason: waiting }),
    rows: job.progress.total,
    counts,
    findings: rows,
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}

/** There whole or not at all, also after a crash. */
async function writeWhole(path: string, content: string): Promise<void> {
  const handle = await open(`${path}.writing`, 'w', 0o640);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.writing`, path);
}
