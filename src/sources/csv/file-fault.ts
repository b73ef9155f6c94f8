/** Why a whole file cannot be taken: its text, its header or its quoting is broken. Nothing of it is applied. */
export class FileFault extends Error {
  constructor(
    detail: string,
    readonly line?: number,
  ) {
    super(line === undefined ? detail : `line ${line}: ${detail}`);
    this.name = 'FileFault';
  }
}
