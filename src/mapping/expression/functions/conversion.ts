import { EvaluationError } from '../expression-problem.js';
import { isEmpty, isList, quoted, textOf, type Value } from '../value.js';
import { eachText, requiredText, type EagerFunction } from './definition.js';

export const CONVERSION_FUNCTIONS: readonly EagerFunction[] = [
  {
    name: 'CStr',
    arity: [1, 1],
    usage: 'CStr(value)',
    call: ([value]) =>
      isList(value ?? null) ? eachText(value ?? null, (text) => text) : textOf(value ?? null),
  },
  { name: 'CRef', arity: [1, 1], usage: 'CRef(value)', call: ([value]) => textOf(value ?? null) },
  {
    name: 'BitAnd',
    arity: [2, 2],
    usage: 'BitAnd(value1, value2)',
    call: ([a, b]) => bitAnd(a ?? null, b ?? null),
  },
  {
    name: 'ConvertToBase64',
    arity: [1, 1],
    usage: 'ConvertToBase64(source)',
    call: ([value]) => eachText(value ?? null, (text) => Buffer.from(text, 'utf16le').toString('base64')),
  },
  {
    name: 'ConvertFromBase64',
    arity: [1, 2],
    usage: 'ConvertFromBase64(source, encoding)',
    call: ([value, encoding]) => {
      const name = encodingOf(textOf(encoding ?? null));
      return eachText(value ?? null, (text) => bytesOf(text, 'ConvertFromBase64').toString(name));
    },
  },
  {
    name: 'ConvertToUTF8Hex',
    arity: [1, 1],
    usage: 'ConvertToUTF8Hex(source)',
    call: ([value]) =>
      eachText(value ?? null, (text) => Buffer.from(text, 'utf8').toString('hex').toUpperCase()),
  },
  {
    name: 'StringFromSID',
    arity: [1, 1],
    usage: 'StringFromSID(bytes)',
    call: ([value]) => eachText(value ?? null, stringFromSid),
  },
  {
    name: 'DNComponent',
    arity: [2, 2],
    usage: 'DNComponent(dn, componentNumber)',
    call: ([dn, number]) => {
      const text = textOf(dn ?? null);
      const index = Number(textOf(number ?? null));
      return text === null || !Number.isInteger(index) ? null : (componentsOf(text)[index - 1] ?? null);
    },
  },
  {
    name: 'EscapeDN',
    arity: [1, 1],
    usage: 'EscapeDN(value)',
    call: ([value]) => eachText(value ?? null, escapeForDn),
  },
];

function bitAnd(a: Value, b: Value): Value {
  if (isEmpty(a) || isEmpty(b)) return null;
  const result = wholeNumber(a) & wholeNumber(b);
  const number = Number(result);
  return Number.isSafeInteger(number) ? number : result.toString();
}

function wholeNumber(value: Value): bigint {
  const text = requiredText(value, 'value of BitAnd').trim();
  if (!/^[+-]?\d{1,30}$/.test(text))
    throw new EvaluationError(`BitAnd needs whole numbers, not ${quoted(value)}`);
  return BigInt(text.replace('+', ''));
}

function encodingOf(name: string | null): BufferEncoding {
  switch (name?.toLowerCase()) {
    case undefined:
    case 'unicode':
      return 'utf16le';
    case 'utf8':
      return 'utf8';
    case 'ascii':
      return 'ascii';
    default:
      throw new EvaluationError(`encoding is Unicode, UTF8 or ASCII, not ${quoted(name)}`);
  }
}

function bytesOf(text: string, what: string): Buffer {
  const compact = text.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.length % 4 !== 0) {
    throw new EvaluationError(`${what} cannot read ${quoted(text)} as base64`);
  }
  return Buffer.from(compact, 'base64');
}

/** MS-DTYP §2.4.2.2: revision, count, six bytes of authority, then sub-authorities in little-endian order. */
function stringFromSid(base64: string): string {
  const bytes = bytesOf(base64, 'StringFromSID');
  const count = bytes[1] ?? 0;
  if (bytes.length < 8 || count > 15 || bytes.length !== 8 + count * 4) {
    throw new EvaluationError('StringFromSID needs the bytes of a security identifier');
  }
  const parts = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(8 + index * 4));
  return ['S', bytes[0], bytes.readUIntBE(2, 6), ...parts].join('-');
}

/** Values of a DN's components from the left (RFC 4514), unescaped. */
function componentsOf(dn: string): string[] {
  const components = dn.match(/(?:\\[\s\S]|[^,\\])+/g) ?? [];
  return components.map((component) => unescapeDn(component.slice(component.indexOf('=') + 1).trim()));
}

function unescapeDn(value: string): string {
  const pieces = value.match(/(?:\\[0-9A-Fa-f]{2})+|\\[\s\S]|[^\\]+|\\/g) ?? [];
  return pieces
    .map((piece) => {
      if (/^(?:\\[0-9A-Fa-f]{2})+$/.test(piece))
        return Buffer.from(piece.replaceAll('\\', ''), 'hex').toString('utf8');
      return piece.startsWith('\\') ? piece.slice(1) : piece;
    })
    .join('');
}

/** A value made safe to stand in a DN: it cannot begin another component (RFC 4514 §2.4, hex pairs). */
export function escapeForDn(value: string): string {
  const hex = (char: string): string =>
    [...Buffer.from(char, 'utf8')]
      .map((byte) => `\\${byte.toString(16).padStart(2, '0').toUpperCase()}`)
      .join('');
  return value.replace(/[\\,+"<>;=\x00-\x1f\x7f]|^[ #]| $/g, hex);
}
