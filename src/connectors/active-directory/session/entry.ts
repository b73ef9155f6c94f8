import type { Entry } from 'ldapts';
import { guidOf } from '../values/guid.js';
import { sidOf } from '../values/sid.js';

export type EntryValue = string | Buffer;

/** One object as it was read, by attribute whatever its case. */
export class AdEntry {
  readonly #values = new Map<string, readonly EntryValue[]>();

  constructor(
    readonly dn: string,
    attributes: Readonly<Record<string, unknown>>,
  ) {
    for (const [name, value] of Object.entries(attributes)) {
      const values = (Array.isArray(value) ? value : [value]) as EntryValue[];
      if (name === 'dn' || values.length === 0) continue;
      const isBinary = BINARY.has(name.toLowerCase());
      this.#values.set(name.toLowerCase(), isBinary ? values : values.map(asText));
    }
  }

  static of(entry: Entry): AdEntry {
    return new AdEntry(entry.dn, entry);
  }

  names(): string[] {
    return [...this.#values.keys()];
  }

  raw(name: string): readonly EntryValue[] {
    return this.#values.get(name.toLowerCase()) ?? [];
  }

  all(name: string): string[] {
    return this.raw(name).map((value) => (typeof value === 'string' ? value : value.toString('utf8')));
  }

  one(name: string): string | undefined {
    return this.all(name)[0];
  }

  number(name: string): number | undefined {
    const text = this.one(name);
    return text === undefined ? undefined : Number(text);
  }

  get guid(): string {
    const bytes = this.raw('objectGUID')[0];
    return bytes === undefined ? '' : guidOf(Buffer.from(bytes));
  }

  get sid(): string {
    const bytes = this.raw('objectSid')[0];
    return bytes === undefined ? '' : sidOf(Buffer.from(bytes));
  }
}

/** The client library's own decoding drops a byte order mark at the front, so the bytes are decoded here. */
function asText(value: EntryValue): EntryValue {
  if (typeof value === 'string') return value;
  const text = value.toString('utf8');
  return Buffer.from(text).equals(value) ? text : value;
}

/** Bytes, even where they happen to be text. */
export const BINARY_ATTRIBUTES = [
  ...[
    'objectGUID',
    'objectSid',
    'tokenGroups',
    'thumbnailPhoto',
    'jpegPhoto',
    'thumbnailLogo',
    'schemaIDGUID',
    'attributeSecurityGUID',
  ],
  ...[
    'mS-DS-ConsistencyGuid',
    'userCertificate',
    'userSMIMECertificate',
    'nTSecurityDescriptor',
    'logonHours',
    'photo',
    'audio',
  ],
];

const BINARY = new Set(BINARY_ATTRIBUTES.map((name) => name.toLowerCase()));
