/** objectGUID (MS-DTYP §2.3.4.2): the first three groups are little-endian in the bytes. */
export function guidOf(bytes: Uint8Array): string {
  const hex = (start: number, end: number) => Buffer.from(bytes.subarray(start, end)).toString('hex');
  const swapped = (start: number, end: number) =>
    Buffer.from(bytes.subarray(start, end)).reverse().toString('hex');
  return `${swapped(0, 4)}-${swapped(4, 6)}-${swapped(6, 8)}-${hex(8, 10)}-${hex(10, 16)}`;
}

export function guidBytes(guid: string): Buffer {
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** The name by which an object is addressed wherever it has moved (MS-ADTS §3.1.1.3.1.2.4). */
export function guidDn(guid: string): string {
  return `<GUID=${guid}>`;
}
