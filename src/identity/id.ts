import { randomBytes } from 'node:crypto';

let last = 0;
let sequence = 0;

/** A UUIDv7 (RFC 9562 §5.7), ascending within the process: 48 bits of milliseconds, 12 of sequence, 62 random. */
export function newId(now: number = Date.now()): string {
  if (now > last) {
    last = now;
    sequence = randomBytes(2).readUInt16BE() & 0x7ff;
  } else if (++sequence > 0xfff) {
    last += 1;
    sequence = 0;
  }
  const bytes = randomBytes(16);
  bytes.writeUIntBE(last, 0, 6);
  bytes.writeUInt16BE(0x7000 | sequence, 6);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
