/** One tag-length-value (ITU-T X.690) inside a larger buffer. */
export interface Tlv {
  tag: number;
  start: number;
  /** Where the value begins. */
  body: number;
  end: number;
}

/** Undefined while the buffer does not hold all of it. */
export function readTlv(buffer: Buffer, start: number): Tlv | undefined {
  if (buffer.length < start + 2) return undefined;
  const tag = buffer[start]!;
  const first = buffer[start + 1]!;
  if (first < 0x80) return complete(buffer, { tag, start, body: start + 2, end: start + 2 + first });
  const size = first & 0x7f;
  if (buffer.length < start + 2 + size) return undefined;
  const body = start + 2 + size;
  return complete(buffer, { tag, start, body, end: body + buffer.readUIntBE(start + 2, size) });
}

function complete(buffer: Buffer, tlv: Tlv): Tlv | undefined {
  return buffer.length < tlv.end ? undefined : tlv;
}

export function children(buffer: Buffer, parent: Tlv): Tlv[] {
  const found: Tlv[] = [];
  for (let at = parent.body; at < parent.end;) {
    const child = readTlv(buffer, at)!;
    found.push(child);
    at = child.end;
  }
  return found;
}

export function text(buffer: Buffer, tlv: Tlv): string {
  return buffer.toString('utf8', tlv.body, tlv.end);
}

export function integer(buffer: Buffer, tlv: Tlv): number {
  return buffer.readIntBE(tlv.body, tlv.end - tlv.body);
}

export function write(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([Buffer.from([tag, 0x84]), length, body]);
}

export function writeInteger(value: number, tag = 0x02): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return write(tag, bytes);
}

export function writeText(value: string, tag = 0x04): Buffer {
  return write(tag, Buffer.from(value));
}
