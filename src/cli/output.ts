/** Rows under their headings, columns as wide as they need. */
export function table(headings: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return aligned([headings, ...rows]);
}

export function aligned(rows: readonly (readonly unknown[])[]): string {
  const cells = rows.map((row) => row.map((cell) => printable(cell)));
  const columns = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...cells.map((row) => [...(row[column] ?? '')].length)),
  );
  const pad = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - [...text].length));
  return cells
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Values come from other systems: nothing in them may steer the terminal. */
export function printable(cell: unknown): string {
  return String(cell ?? '').replace(/[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '?');
}

export const time = (at: unknown): string => (typeof at === 'number' ? new Date(at).toISOString() : '');
