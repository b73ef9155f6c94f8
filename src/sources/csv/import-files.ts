import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { newId } from '../../identity/id.js';

/** An upload that is larger fills the disk rather than the store. */
const largestUpload = 4 * 1024 ** 3;
const keptMs = 7 * 24 * 3_600_000;

export class UploadTooLarge extends Error {}

/** Files that came over HTTP, and rejected rows until somebody fetches them; kept for a week at most. */
export class ImportFiles {
  constructor(private readonly folder: string) {}

  /** Resolves when the whole file is here; one that breaks off leaves nothing. */
  async receive(source: string, content: Readable): Promise<{ digest: string; bytes: number }> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await this.sweep();
    const arriving = join(this.folder, `${newId()}.arriving`);
    const hash = createHash('sha256');
    let bytes = 0;
    const watched = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        bytes += chunk.length;
        done(bytes > largestUpload ? new UploadTooLarge() : null, chunk);
      },
    });
    try {
      await pipeline(content, watched, createWriteStream(arriving, { mode: 0o600, flush: true }));
    } catch (error) {
      await rm(arriving, { force: true });
      throw error;
    }
    const digest = hash.digest('hex');
    await rename(arriving, this.uploaded(source, digest));
    return { digest, bytes };
  }

  uploaded = (source: string, digest: string): string =>
    join(this.folder, `${encodeURIComponent(source)}-${digest}.csv`);

  newRejectedFile = (): string => join(this.folder, `${newId()}.rejected.csv`);

  private async sweep(): Promise<void> {
    const oldest = Date.now() - keptMs;
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name);
      // Another import may end and take its file away meanwhile.
      const stats = await stat(path).catch(() => undefined);
      if (stats && stats.mtimeMs < oldest) await rm(path, { force: true });
    }
  }
}
