const formatters = new Map<string, Intl.DateTimeFormat>();
const minute = 60_000;

export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** A time on the clocks of a zone as xsd:dateTime with its offset: both the instant and the day there are kept. */
export function inZone(localMs: number, zone: string): string {
  const offset = offsetAt(localMs, zone);
  const sign = offset < 0 ? '-' : '+';
  const two = (value: number) => String(value).padStart(2, '0');
  const amount = Math.abs(offset);
  const place = offset === 0 ? 'Z' : `${sign}${two(Math.floor(amount / 60))}:${two(amount % 60)}`;
  return `${new Date(localMs).toISOString().slice(0, 19)}${place}`;
}

/** Minutes east of UTC when the clocks of the zone show this time. Where it is shown twice the earlier instant counts. */
function offsetAt(localMs: number, zone: string): number {
  const before = offsetOf(localMs - 24 * 60 * minute, zone);
  const fits = offsetOf(localMs - before * minute, zone);
  return fits === before ? before : offsetOf(localMs - fits * minute, zone);
}

function offsetOf(instant: number, zone: string): number {
  const parts = formatterOf(zone).formatToParts(instant);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const match = /([+-])(\d{2}):(\d{2})/.exec(name);
  if (!match) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset' });
  formatters.set(zone, made);
  return made;
}
