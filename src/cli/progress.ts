const width = 30;

/** A bar on standard error, so that the answer on standard output stays clean. Silent where nobody looks. */
export class Progress {
  private drawn = '';

  constructor(
    private readonly what: string,
    private readonly visible = process.stderr.isTTY,
  ) {}

  at(done: number, total: number | undefined, detail = ''): void {
    const share = total ? Math.min(1, done / total) : 0;
    const filled = Math.round(share * width);
    const bar = total
      ? `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${Math.floor(share * 100)} % `
      : '';
    this.draw(`${this.what} ${bar}${done}${total ? ` of ${total}` : ''}${detail === '' ? '' : ` ${detail}`}`);
  }

  end(): void {
    if (this.drawn !== '') process.stderr.write('\n');
    this.drawn = '';
  }

  private draw(line: string): void {
    if (!this.visible || line === this.drawn) return;
    process.stderr.write(`\r${line.padEnd(this.drawn.length)}`);
    this.drawn = line;
  }
}
