import { constants } from 'node:fs';
import { access, appendFile, mkdir, open, readFile, rename, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
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

/**
 * The files, and what they say: nothing answers, so what was written is the only knowledge of the target.
 * A batch counts once its line is in the journal; a batch without one (the process ended in between) is cut off.
 */
export class Journal {
  private readonly accounts = new Map<string, WrittenAccount>();
  private readonly members = new Map<string, Set<string>>();
  private readonly names = new Map<string, string>();
  private last?: Entry;
  private lines = 0;
  private opening?: Promise<void>;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly now: () => number,
  ) {}

  /** Reads what was written before; once. */
  open(): Promise<void> {
    return (this.opening ??= this.read());
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
    const file = `${new Date(this.now()).toISOString().slice(0, 10)}.ldif`;
    const path = join(this.folder, file);
    const number = (this.last?.number ?? 0) + 1;
    const empty = (await sizeOf(path)) === 0;
    await appendDurably(path, `${empty ? 'version: 1\n\n' : ''}${mark(number)}${text}\n`);
    const entry: Entry = { ...knowledge, number, file, size: await sizeOf(path) };
    await appendDurably(join(this.folder, journalName), `${JSON.stringify(entry)}\n`);
    this.learn(entry);
    await this.compact();
    return path;
  }

  private async read(): Promise<void> {
    const text = await readFile(join(this.folder, journalName), 'utf8').catch(() => '');
    const complete = text.slice(0, text.lastIndexOf('\n') + 1);
    if (complete.length < text.length)
      await truncate(join(this.folder, journalName), Buffer.byteLength(complete));
    for (const line of complete.split('\n')) if (line !== '') this.learn(JSON.parse(line) as Entry);
    await this.cutUnconfirmed();
  }

  private async cutUnconfirmed(): Promise<void> {
    const { file, size, number } = this.last ?? { file: '', size: 0, number: 0 };
    if (file === '') return;
    const path = join(this.folder, file);
    const content = await readFile(path).catch(() => Buffer.alloc(0));
    if (
      content
        .subarray(size)
        .toString('utf8')
        .startsWith(mark(number + 1))
    )
      await truncate(path, size);
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
    const entries = [...puts, ...members];
    const path = join(this.folder, journalName);
    await writeDurably(`${path}.new`, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    await rename(`${path}.new`, path);
    this.lines = entries.length;
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => ({ size: 0 }))).size;
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
