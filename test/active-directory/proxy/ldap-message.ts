import { children, integer, readTlv, text, write, writeInteger, writeText, type Tlv } from './ber.js';

/** RFC 4511 §4.2 to §4.12: application tags of requests and of what answers them. */
const REQUESTS: Readonly<Record<number, { operation: string; answer: number }>> = {
  0x60: { operation: 'bind', answer: 0x61 },
  0x42: { operation: 'unbind', answer: 0 },
  0x63: { operation: 'search', answer: 0x65 },
  0x66: { operation: 'modify', answer: 0x67 },
  0x68: { operation: 'add', answer: 0x69 },
  0x4a: { operation: 'delete', answer: 0x6b },
  0x6c: { operation: 'modifyDN', answer: 0x6d },
  0x77: { operation: 'extended', answer: 0x78 },
};
const SEARCH_ENTRY = 0x64;
const SEARCH_DONE = 0x65;
const PAGED_RESULTS = '1.2.840.113556.1.4.319';

/** What a client asks, as far as a script wants to know. */
export interface LdapRequest {
  id: number;
  operation: string;
  dn: string;
  /** Attributes that are written (add, modify). */
  attributes: string[];
  controls: string[];
  /** Seconds that a search allows the controller; 0: as long as it likes. */
  timeLimit?: number;
  bytes: Buffer;
}

export function parseRequest(bytes: Buffer): LdapRequest {
  const [id, body, controls] = children(bytes, readTlv(bytes, 0)!) as [Tlv, Tlv, Tlv | undefined];
  const operation = REQUESTS[body.tag]?.operation ?? `0x${body.tag.toString(16)}`;
  return {
    id: integer(bytes, id),
    operation,
    dn: dnOf(bytes, operation, body),
    attributes: attributesOf(bytes, operation, body),
    ...(operation === 'search' ? { timeLimit: integer(bytes, children(bytes, body)[4]!) } : {}),
    controls: controls
      ? children(bytes, controls).map((control) => text(bytes, children(bytes, control)[0]!))
      : [],
    bytes,
  };
}

export function isPaged(request: LdapRequest): boolean {
  return request.controls.includes(PAGED_RESULTS);
}

function dnOf(bytes: Buffer, operation: string, body: Tlv): string {
  if (operation === 'delete') return text(bytes, body);
  if (operation === 'bind') return text(bytes, children(bytes, body)[1]!);
  if (!['search', 'modify', 'add', 'modifyDN'].includes(operation)) return '';
  return text(bytes, children(bytes, body)[0]!);
}

function attributesOf(bytes: Buffer, operation: string, body: Tlv): string[] {
  if (operation !== 'add' && operation !== 'modify') return [];
  const list = children(bytes, children(bytes, body)[1]!);
  return list.map((item) => {
    const parts = children(bytes, item);
    const attribute = operation === 'add' ? parts : children(bytes, parts[1]!);
    return text(bytes, attribute[0]!);
  });
}

/** An LDAPResult with the controller's kind of text. */
export function resultFor(request: LdapRequest, resultCode: number, message: string): Buffer {
  const tag = Object.values(REQUESTS).find(({ operation }) => operation === request.operation)!.answer;
  const result = write(tag, writeInteger(resultCode, 0x0a), writeText(''), writeText(message));
  return write(0x30, writeInteger(request.id), result);
}

/** RFC 4511 §4.4.1. */
export function noticeOfDisconnection(): Buffer {
  const result = write(
    0x78,
    writeInteger(52, 0x0a),
    writeText(''),
    writeText('00000000: LdapErr: the server is shutting down'),
    writeText('1.3.6.1.4.1.1466.20036', 0x8a),
  );
  return write(0x30, writeInteger(0), result);
}

export interface LdapAnswer {
  id: number;
  kind: 'entry' | 'done' | 'other';
  bytes: Buffer;
}

export function parseAnswer(bytes: Buffer): LdapAnswer {
  const [id, body] = children(bytes, readTlv(bytes, 0)!) as [Tlv, Tlv];
  const kind = body.tag === SEARCH_ENTRY ? 'entry' : body.tag === SEARCH_DONE ? 'done' : 'other';
  return { id: integer(bytes, id), kind, bytes };
}

/** Windows gives at most so many values at once, and the plain name beside them with none (MS-ADTS §3.1.1.3.1.3.3). */
export function withRanges(bytes: Buffer, most: number): Buffer {
  const [id, body, ...rest] = children(bytes, readTlv(bytes, 0)!) as [Tlv, Tlv, ...Tlv[]];
  const [name, attributes] = children(bytes, body) as [Tlv, Tlv];
  const changed = children(bytes, attributes).flatMap((attribute) => ranged(bytes, attribute, most));
  const entry = write(SEARCH_ENTRY, bytes.subarray(name.start, name.end), write(0x30, ...changed));
  return write(
    0x30,
    bytes.subarray(id.start, id.end),
    entry,
    ...rest.map(({ start, end }) => bytes.subarray(start, end)),
  );
}

/** The root entry with other values for some attributes; an attribute without values is left out. */
export function withRoot(bytes: Buffer, other: Readonly<Record<string, readonly string[]>>): Buffer {
  const [id, body, ...rest] = children(bytes, readTlv(bytes, 0)!) as [Tlv, Tlv, ...Tlv[]];
  const [name, attributes] = children(bytes, body) as [Tlv, Tlv];
  if (text(bytes, name) !== '') return bytes;
  const replaced = new Set(Object.keys(other).map((type) => type.toLowerCase()));
  const kept = children(bytes, attributes)
    .filter((attribute) => !replaced.has(text(bytes, children(bytes, attribute)[0]!).toLowerCase()))
    .map(({ start, end }) => bytes.subarray(start, end));
  const added = Object.entries(other)
    .filter(([, values]) => values.length > 0)
    .map(([type, values]) =>
      write(0x30, writeText(type), write(0x31, ...values.map((value) => writeText(value)))),
    );
  const entry = write(SEARCH_ENTRY, writeText(''), write(0x30, ...kept, ...added));
  return write(
    0x30,
    bytes.subarray(id.start, id.end),
    entry,
    ...rest.map(({ start, end }) => bytes.subarray(start, end)),
  );
}

function ranged(bytes: Buffer, attribute: Tlv, most: number): Buffer[] {
  const [type, set] = children(bytes, attribute) as [Tlv, Tlv];
  const values = children(bytes, set);
  const match = /^member(?:;range=(\d+)-(?:\d+|\*))?$/i.exec(text(bytes, type));
  if (!match || values.length <= most) return [bytes.subarray(attribute.start, attribute.end)];
  const from = Number(match[1] ?? 0);
  const kept = values.slice(0, most).map(({ start, end }) => bytes.subarray(start, end));
  const range = write(0x30, writeText(`member;range=${from}-${from + most - 1}`), write(0x31, ...kept));
  return [write(0x30, writeText('member'), write(0x31)), range];
}
