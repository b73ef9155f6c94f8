/** objectSid (MS-DTYP §2.4.2). */
export function sidOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes);
  const count = buffer.readUInt8(1);
  const parts = Array.from({ length: count }, (_, index) => buffer.readUInt32LE(8 + index * 4));
  return ['S', buffer.readUInt8(0), buffer.readUIntBE(2, 6), ...parts].join('-');
}

/** The last part: what tells an object from the others of its domain. */
export function ridOf(sid: string): number {
  return Number(sid.slice(sid.lastIndexOf('-') + 1));
}
