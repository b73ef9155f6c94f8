import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const library = 'libfaketimeMT.so.1';

/** The wall clock of one process, which jumps when it is told to; durations are left alone. Needs libfaketime. */
export class WallClock {
  private readonly folder = mkdtempSync(join(tmpdir(), 'landfall-clock-'));
  private readonly file = join(this.folder, 'offset');

  constructor() {
    this.jump(0);
  }

  get env(): NodeJS.ProcessEnv {
    return {
      LD_PRELOAD: libraryFile(),
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_CACHE_DURATION: '1',
      DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** Seconds ahead of the time that is. */
  jump(seconds: number): void {
    writeFileSync(this.file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function libraryFile(): string {
  const folders = ['/usr/lib', ...readdirSync('/usr/lib').map((name) => join('/usr/lib', name))];
  const found = folders.map((folder) => join(folder, 'faketime', library)).find((file) => existsSync(file));
  if (!found) throw new Error(`${library} is missing; on Debian: apt-get install faketime`);
  return found;
}
