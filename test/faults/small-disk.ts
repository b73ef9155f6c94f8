import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const block = Buffer.alloc(64 * 1024);

/** A file system of its own that can be filled to the last block. Needs root, as the domain controller does. */
export class SmallDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'landfall-disk-'));
  private readonly ballast = join(this.folder, 'ballast');

  constructor(size = '256m') {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', this.folder]);
  }

  /** Nothing is left: the next page that anybody needs is refused with ENOSPC. */
  fill(): void {
    const file = openSync(this.ballast, 'a');
    try {
      for (const piece of [block, block.subarray(0, 4096)]) this.write(file, piece);
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.ballast, { force: true });
  }

  remove(): void {
    execFileSync('umount', ['--lazy', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private write(file: number, piece: Buffer): void {
    try {
      for (;;) writeSync(file, piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}
