import { open, stat, type FileHandle } from 'node:fs/promises';
import { csvLine } from './formula.js';

const ownColumns = ['Landfall line', 'Landfall reason'];

/** Mended rows of a former import: some of a file, never all of it. */
export const isRejectedFile = (header: readonly string[]): boolean =>
  ownColumns.every((name) => header.includes(name));

/** The rows that were not taken as they came, each with its line and why: mended, the file can be imported again. */
export class RejectedRows {
  private waiting = '';

  private constructor(
    private readonly handle: FileHandle,
    private readonly header: readonly string[],
    private readonly delimiter: string,
    private size: number,
  ) {}

  /** Goes on after `size` bytes: what an interrupted run wrote beyond its checkpoint is written again. */
  static async open(
    path: string,
    header: readonly string[],
    delimiter: string,
    size: number,
  ): Promise<RejectedRows> {
    const there = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    const kept = there >= size ? size : 0;
    const handle = await open(path, there === 0 ? 'w' : 'r+', 0o600);
    await handle.truncate(kept);
    const rows = new RejectedRows(handle, header, delimiter, kept);
    if (kept === 0) rows.waiting = `\ufeff${csvLine([...rows.own(header), ...ownColumns], delimiter)}`;
    return rows;
  }

  add(cells: readonly string[], line: number, reason: string): void {
    const fitting = this.header.map((_name, index) => cells[index] ?? '');
    const beyond = cells.slice(this.header.length);
    const said = beyond.length > 0 ? `${reason} (also: ${beyond.join(this.delimiter)})` : reason;
    this.waiting += csvLine([...this.own(fitting), String(line), said], this.delimiter);
  }

  /** How long the file is, once it is on the disk. */
  async flush(): Promise<number> {
    if (this.waiting === '') return this.size;
    const bytes = Buffer.from(this.waiting);
    this.waiting = '';
    await this.handle.write(bytes, 0, bytes.length, this.size);
    await this.handle.datasync();
    this.size += bytes.length;
    return this.size;
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  /** Without what an earlier import added. */
  private own(cells: readonly string[]): string[] {
    return cells.filter((_cell, index) => !ownColumns.includes(this.header[index]!));
  }
}
