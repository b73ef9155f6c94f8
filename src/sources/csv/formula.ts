/** What a spreadsheet takes for a formula (OWASP, CSV injection). */
const formula = /^[=+\-@\t\r]/;
const guardedFormula = /^'(?=[=+\-@\t\r])/;

/** A cell that a spreadsheet shows and never computes. */
export const guarded = (cell: string): string => (formula.test(cell) ? `'${cell}` : cell);

/** Cautious exports, and our own files, put an apostrophe in front. */
export const unguarded = (cell: string): string => cell.replace(guardedFormula, '');

/** A row as RFC 4180 writes it. */
export function csvLine(cells: readonly string[], delimiter: string): string {
  const written = cells.map((cell) => {
    const safe = guarded(cell);
    return safe.includes(delimiter) || /["\r\n]|^\s|\s$/.test(safe)
      ? `"${safe.replaceAll('"', '""')}"`
      : safe;
  });
  return `${written.join(delimiter)}\r\n`;
}
