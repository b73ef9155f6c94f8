import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import iconv from 'iconv-lite';
import { FileFault } from './file-fault.js';

export const encodings = [
  'auto',
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'iso-8859-1',
  'iso-8859-2',
  'iso-8859-15',
] as const;
export type Encoding = (typeof encodings)[number];

const marks: readonly { encoding: Encoding; bytes: readonly number[] }[] = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
];
const replacement = '\ufffd';

/** The text of a file, piece by piece. A byte that the encoding does not know refuses the file: names are never guessed. */
export async function* decoded(file: string, encoding: Encoding): AsyncGenerator<string> {
  const { meant, start } = await encodingOf(file, encoding);
  const decoder = meant.startsWith('utf-') ? unicode(meant) : codePage(meant);
  let line = 1;
  for await (const chunk of createReadStream(file, { start })) {
    const text = decoder.write(chunk as Buffer, line);
    line += newlines(text);
    if (text.includes('\0'))
      throw new FileFault(
        'has a zero character: the file is no text, or UTF-16 without a byte order mark (set encoding: utf-16le)',
        line,
      );
    if (text !== '') yield text;
  }
  const rest = decoder.end(line);
  if (rest !== '') yield rest;
}

/** A byte order mark decides, whatever the settings say: rejected rows that were mended come back as UTF-8. Without one `auto` is UTF-8. */
async function encodingOf(file: string, given: Encoding): Promise<{ meant: Encoding; start: number }> {
  const head = Buffer.alloc(3);
  const handle = await open(file);
  try {
    await handle.read(head, 0, 3, 0);
  } finally {
    await handle.close();
  }
  const mark = marks.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
  if (!mark) return { meant: given === 'auto' ? 'utf-8' : given, start: 0 };
  return { meant: mark.encoding, start: mark.bytes.length };
}

interface Decoder {
  write(chunk: Buffer, line: number): string;
  end(line: number): string;
}

function unicode(encoding: Encoding): Decoder {
  const strict = new TextDecoder(encoding, { fatal: true });
  const attempt = (line: number, chunk?: Buffer): string => {
    try {
      return strict.decode(chunk, { stream: chunk !== undefined });
    } catch {
      const before = chunk ? new TextDecoder(encoding).decode(chunk).split(replacement)[0]! : '';
      throw new FileFault(undecodable(encoding), line + newlines(before));
    }
  };
  return { write: (chunk, line) => attempt(line, chunk), end: (line) => attempt(line) };
}

function undecodable(encoding: Encoding): string {
  const hint = encoding === 'utf-8' ? '; files that Excel saves are often windows-1252: set encoding' : '';
  return `the bytes are no ${encoding} text${hint}`;
}

/** A code page has no place for U+FFFD: where it appears, a byte stands for nothing. */
function codePage(encoding: Encoding): Decoder {
  const decoder = iconv.getDecoder(encoding);
  const checked = (text: string, line: number): string => {
    const at = text.indexOf(replacement);
    if (at !== -1) throw new FileFault(undecodable(encoding), line + newlines(text.slice(0, at)));
    return text;
  };
  return {
    write: (chunk, line) => checked(decoder.write(chunk), line),
    end: (line) => checked(decoder.end() ?? '', line),
  };
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
