/** Attributes of the replication metadata (MS-DRSR §5.12, ATTRTYP). */
export const TITLE = 0x0c;
export const UNICODE_PWD = 0x9005a;

/** How often each attribute was written (MS-DRSR §5.155, PROPERTY_META_DATA_VECTOR). */
export function versionsIn(metadata: Buffer): Map<number, number> {
  const count = metadata.readUInt32LE(8);
  return new Map(
    Array.from({ length: count }, (_, index) => 16 + index * 48).map((at) => [
      metadata.readUInt32LE(at),
      metadata.readUInt32LE(at + 4),
    ]),
  );
}
