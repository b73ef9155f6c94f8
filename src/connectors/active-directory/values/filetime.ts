/** FILETIME (MS-DTYP §2.3.3): 100 ns steps since 1601. */
const EPOCH_DIFFERENCE_MS = 11_644_473_600_000n;

/** accountExpires: both 0 and this mean never (MS-ADTS accountExpires). */
export const NEVER = '9223372036854775807';

export function toFiletime(milliseconds: number): string {
  return ((BigInt(Math.trunc(milliseconds)) + EPOCH_DIFFERENCE_MS) * 10_000n).toString();
}

/**
 * The stored form of an expiry: a FILETIME as it stands, a date as the end of that day (UTC), an instant as itself.
 * Undefined when it is none of them.
 */
export function expiryOf(text: string): string | undefined {
  if (/^\d+$/.test(text)) return text === '0' ? NEVER : text;
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (day) {
    const midnight = Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3]));
    if (new Date(midnight).toISOString().slice(0, 10) !== text) return undefined;
    return toFiletime(midnight + 86_400_000);
  }
  const instant = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? undefined : toFiletime(instant);
}

export function sameExpiry(a: string, b: string): boolean {
  const form = (value: string) => (value === '0' ? NEVER : value);
  return form(a) === form(b);
}
