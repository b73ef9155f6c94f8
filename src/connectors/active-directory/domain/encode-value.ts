import type { TargetValue } from '../../connector.js';
import type { EntryValue } from '../session/entry.js';
import { expiryOf } from '../values/filetime.js';
import { isGuid, guidDn } from '../values/guid.js';
import { parseDn } from '../values/dn.js';
import type { AdAttribute } from './schema-cache.js';

export type Encoded = { ok: true; value: EntryValue } | { ok: false; fault: string };

const fault = (text: string): Encoded => ({ ok: false, fault: text });
const fine = (value: EntryValue): Encoded => ({ ok: true, value });

/**
 * A value in the form of its attribute, refused here when the domain would refuse it: Windows names neither the
 * attribute nor the limit in most of its answers, and Samba accepts what Windows does not.
 */
export function encodeValue(attribute: AdAttribute, value: TargetValue): Encoded {
  if (value instanceof Uint8Array) return bytes(attribute, Buffer.from(value));
  if (typeof value === 'object') return fault('has parts, and a directory attribute has none');
  return ENCODERS[attribute.syntax]?.(attribute, String(value)) ?? text(attribute, String(value));
}

type Encoder = (attribute: AdAttribute, value: string) => Encoded;

/** By attributeSyntax (MS-ADTS §3.1.1.2.2.2). */
const ENCODERS: Readonly<Record<string, Encoder>> = {
  '2.5.5.1': (_attribute, value) => {
    if (isGuid(value)) return fine(guidDn(value));
    return parseDn(value) ? fine(value) : fault('is not a distinguished name');
  },
  '2.5.5.5': (attribute, value) =>
    /^[\u0001-\u007f]*$/.test(value) ? text(attribute, value) : fault('has characters outside ASCII'),
  '2.5.5.8': (_attribute, value) =>
    /^(true|false)$/i.test(value) ? fine(value.toUpperCase()) : fault('is neither true nor false'),
  '2.5.5.9': (attribute, value) => {
    if (!/^-?\d{1,10}$/.test(value)) return fault('is not a whole number');
    return inRange(attribute, Number(value), 'is') ?? fine(value);
  },
  '2.5.5.10': (attribute, value) => octets(attribute, value),
  '2.5.5.11': (_attribute, value) => {
    const time = Date.parse(value);
    if (/^\d{14}(\.\d+)?Z$/.test(value)) return fine(value);
    return Number.isNaN(time)
      ? fault('is not a date')
      : fine(`${new Date(time).toISOString().replace(/[-:T]|\.\d+Z$/g, '')}.0Z`);
  },
  '2.5.5.16': (attribute, value) => {
    if (attribute.name !== 'accountExpires')
      return /^-?\d{1,19}$/.test(value) ? fine(value) : fault('is not a whole number');
    const expiry = expiryOf(value);
    return expiry === undefined ? fault('is neither a date nor a FILETIME') : fine(expiry);
  },
};

/** Octet strings: base64 in SCIM (photos), but some hold plain text. */
function octets(attribute: AdAttribute, value: string): Encoded {
  const base64 = /^[A-Za-z0-9+/]+={0,2}$/.test(value) && value.length % 4 === 0;
  return bytes(attribute, base64 ? Buffer.from(value, 'base64') : Buffer.from(value));
}

function bytes(attribute: AdAttribute, value: Buffer): Encoded {
  if (value.length === 0) return fault('is empty');
  return inRange(attribute, value.length, 'has') ?? fine(value);
}

function text(attribute: AdAttribute, value: string): Encoded {
  if (value === '') return fault('is empty');
  if (value.includes('\u0000')) return fault('contains the character U+0000');
  if (/\p{Cs}/u.test(value)) return fault('is not valid Unicode');
  return inRange(attribute, value.length, 'has') ?? fine(value);
}

function inRange(attribute: AdAttribute, size: number, verb: 'is' | 'has'): Encoded | undefined {
  const { rangeLower, rangeUpper } = attribute;
  const unit = verb === 'has' ? ' characters or bytes' : '';
  if (rangeUpper !== undefined && size > rangeUpper)
    return fault(`${verb} ${size}${unit}, and the domain allows at most ${rangeUpper}`);
  if (rangeLower !== undefined && size < rangeLower)
    return fault(`${verb} ${size}${unit}, and the domain wants at least ${rangeLower}`);
  return undefined;
}
