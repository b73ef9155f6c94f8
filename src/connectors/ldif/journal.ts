import { constants } from 'node:fs';
import { access, appendFile, mkdir, open, readFile, rename, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectorError } from '../connector.js';
import { dnKey } from './dn-text.js';
import { dnOf, type WrittenAccount } from './written-account.js';

/** What one execute changes in our knowledge. */
export interface Knowledge {
  put?: WrittenAccount;
  gone?: string;
  members?: { of: string; add: readonly string[]; remove: readonly string[] };
}

interface Entry extends Knowledge {
  number: number;
  /** The file that holds the records, and its length with them. */
  file: string;
  size: number;
}

const journalName = 'written.jsonl';
/** First line of every batch of records; by it an unconfirmed tail is known as ours. */
const mark = (number: number) => `# landfall ${number}\n`;
const version = 'version: 1\n\n';
const newline = 0x0a;

/**
 * The files, and what they say: nothing answers, so what was written is the only knowledge of the target.
 * A batch counts once its line is in the journal; one without (the process ended in between, the disk was full) is cut off.
 */
export class Journal {
  private readonly accounts = new Map<string, WrittenAccount>();
  private readonly members = new Map<string, Set<string>>();
  private readonly names = new Map<string, string>();
  private last?: Entry;
  private lines = 0;
  /** How long the journal is with all that counts. */
  private confirmed = 0;
  /** A write has begun that may have left something behind. */
  private unsure = false;
  private opening?: Promise<void>;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly now: () => number,
  ) {}

  /** Reads what was written before; once. */
  open(): Promise<void> {
    return (this.opening ??= this.read().catch((error: unknown) => {
      delete this.opening;
      throw error;
    }));
  }

  async writable(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await access(this.folder, constants.W_OK);
  }

  account(anchor: string): WrittenAccount | undefined {
    return this.accounts.get(anchor);
  }

  byStamp(stamp: string): WrittenAccount | undefined {
    // The anchor is the resource's id, which is the second half of the stamp.
    const found = this.accounts.get(stamp.slice(stamp.lastIndexOf(':') + 1));
    return found?.stamp === stamp ? found : undefined;
  }

  /** Which account has this DN. */
  holder(dn: string): string | undefined {
    return this.names.get(dnKey(dn));
  }

  membersOf(anchor: string): ReadonlySet<string> {
    return this.members.get(anchor) ?? new Set();
  }

  all(): Iterable<WrittenAccount> {
    return this.accounts.values();
  }

  /** One after another: appends the records, then what they mean. `prepare` sees the knowledge of its turn. */
  write(prepare: () => { text: string; knowledge: Knowledge }): Promise<string> {
    const mine = this.turn.then(() => this.append(prepare()));
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async append({ text, knowledge }: { text: string; knowledge: Knowledge }): Promise<string> {
    await mkdir(this.folder, { recursive: true });
    if (this.unsure) await this.takeBack();
    await this.alone();
    this.unsure = true;
    const file = `${new Date(this.now()).toISOString().slice(0, 10)}.ldif`;
    const path = join(this.folder, file);
    const size = await sizeOf(path);
    // Where a file begins is in the journal before anything is in the file: from there on all is unconfirmed.
    if (this.last?.file !== file) await this.confirm({ number: this.last?.number ?? 0, file, size });
    const number = this.last!.number + 1;
    await appendDurably(path, `${size === 0 ? version : ''}${mark(number)}${text}\n`);
    await this.confirm({ ...knowledge, number, file, size: await sizeOf(path) });
    this.unsure = false;
    await this.compact();
    return path;
  }

  private async confirm(entry: Entry): Promise<void> {
    const line = `${JSON.stringify(entry)}\n`;
    await appendDurably(this.path, line);
    this.confirmed += Buffer.byteLength(line);
    this.learn(entry);
  }

  /** What another process writes into the folder is not known here, and what is written here not there. */
  private async alone(): Promise<void> {
    if ((await sizeOf(this.path)) === this.confirmed) return;
    throw new ConnectorError({
      kind: 'misconfigured',
      detail: `${this.path} was changed by something else than this process`,
      recommendedAction:
        'One gateway process writes to a folder: give every other one a folder of its own. Then restart this one, which reads the journal again.',
    });
  }

  private async read(): Promise<void> {
    for (const known of [this.accounts, this.members, this.names]) known.clear();
    delete this.last;
    this.lines = 0;
    const bytes = await readFile(this.path).catch((error: unknown) => {
      if (isAbsent(error)) return Buffer.alloc(0);
      throw error;
    });
    this.confirmed = bytes.lastIndexOf('\n') + 1;
    const lines = bytes.subarray(0, this.confirmed).toString('utf8').split('\n');
    lines.forEach((line, index) => {
      if (line !== '') this.learn(this.entryOf(line, index + 1));
    });
    await this.takeBack();
  }

  private entryOf(line: string, number: number): Entry {
    try {
      return JSON.parse(line) as Entry;
    } catch {
      throw new ConnectorError({
        kind: 'misconfigured',
        detail: `${this.path}:${number} cannot be read`,
        recommendedAction: 'Put the folder back from a backup.',
      });
    }
  }

  /** Cuts off what a write left behind that did not come to its end. */
  private async takeBack(): Promise<void> {
    if ((await sizeOf(this.path)) > this.confirmed) await truncate(this.path, this.confirmed);
    if (this.last) await cutUnconfirmed(join(this.folder, this.last.file), this.last);
    this.unsure = false;
  }

  private learn(entry: Entry): void {
    const { put, gone, members } = entry;
    this.last = entry;
    this.lines++;
    if (gone !== undefined) this.forget(gone);
    if (put) {
      this.forgetName(put.anchor);
      this.accounts.set(put.anchor, put);
      this.names.set(dnKey(dnOf(put)), put.anchor);
    }
    if (!members) return;
    const known = this.members.get(members.of) ?? new Set();
    members.add.forEach((anchor) => known.add(anchor));
    members.remove.forEach((anchor) => known.delete(anchor));
    this.members.set(members.of, known);
  }

  private forget(anchor: string): void {
    this.forgetName(anchor);
    this.accounts.delete(anchor);
    this.members.delete(anchor);
    for (const members of this.members.values()) members.delete(anchor);
  }

  private forgetName(anchor: string): void {
    const known = this.accounts.get(anchor);
    if (known) this.names.delete(dnKey(dnOf(known)));
  }

  /** The journal stays within a few times what it says. */
  private async compact(): Promise<void> {
    if (!this.last || this.lines < 1000 || this.lines < 4 * this.accounts.size) return;
    const { number, file, size } = this.last;
    const puts = [...this.accounts.values()].map((put): Entry => ({ put, number, file, size }));
    const members = [...this.members].map(([of, add]): Entry => ({
      members: { of, add: [...add], remove: [] },
      number,
      file,
      size,
    }));
    const known = [...puts, ...members];
    const entries = known.length > 0 ? known : [{ number, file, size }];
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    try {
      await writeDurably(`${this.path}.new`, text);
      await rename(`${this.path}.new`, this.path);
    } catch {
      // The batch is written all the same: the longer journal says no less, and the next batch tries again.
      return;
    }
    this.lines = entries.length;
    this.confirmed = Buffer.byteLength(text);
  }

  private get path(): string {
    return join(this.folder, journalName);
  }
}

/** A batch begins with its mark, or is a piece of the beginning; what people added before it stays. */
async function cutUnconfirmed(path: string, { size, number }: Entry): Promise<void> {
  const tail = (await readFile(path).catch(() => Buffer.alloc(0))).subarray(size);
  const begin = mark(number + 1);
  const whole = tail.indexOf(begin);
  const atLineStart = whole === 0 || tail[whole - 1] === newline;
  if (whole !== -1 && atLineStart) return truncate(path, size + whole);
  const torn = tail.length > 0 && `${size === 0 ? version : ''}${begin}`.startsWith(tail.toString('utf8'));
  if (torn) await truncate(path, size);
}

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isAbsent(error)) return 0;
    throw error;
  }
}

async function appendDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await appendFile(file, text);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** For the gateway alone, also where a file of another mode was left over; on the disk before anybody relies on its name. */
async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
    await file.datasync();
  } finally {
    await file.close();
  }
}
