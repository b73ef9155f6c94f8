import { ENTRA_FORMAT, formatDate, parseWithFormat } from '../date-format.js';
import { addMonths, fromFileTime, inRange, parseDate, toFileTime, type Instant } from '../dates.js';
import { EvaluationError } from '../expression-problem.js';
import { integerOf, isEmpty, quoted, textOf, type Value } from '../value.js';
import { argumentOf, type EagerFunction } from './definition.js';

/** Dates travel as text in UTC (`3/16/2020 7:00:00 AM`), as documented for CDate, DateAdd and Now. */
export const DATE_FUNCTIONS: readonly EagerFunction[] = [
  {
    name: 'CDate',
    arity: [1, 1],
    usage: 'CDate(expression)',
    call: ([value]) => (isEmpty(value ?? null) ? null : shown(dateOf(value ?? null, 'CDate'))),
  },
  {
    name: 'Now',
    arity: [0, 0],
    usage: 'Now()',
    timeDependent: true,
    call: (_args, { now }) => shown({ ms: now.getTime(), ticks: 0 }),
  },
  { name: 'DateAdd', arity: [3, 3], usage: 'DateAdd(interval, value, dateTime)', call: dateAdd },
  { name: 'DateDiff', arity: [3, 3], usage: 'DateDiff(interval, date1, date2)', call: dateDiff },
  {
    name: 'DateFromNum',
    arity: [1, 1],
    usage: 'DateFromNum(value)',
    call: ([value]) => {
      if (isEmpty(value ?? null)) return null;
      const text = textOf(value ?? null) ?? '';
      const instant = /^\s*-?\d{1,20}\s*$/.test(text) ? fromFileTime(BigInt(text.trim())) : undefined;
      if (!instant) throw new EvaluationError(`DateFromNum cannot read ${quoted(text)} as a date of AD`);
      return shown(instant);
    },
  },
  {
    name: 'NumFromDate',
    arity: [1, 1],
    usage: 'NumFromDate(value)',
    call: ([value]) =>
      isEmpty(value ?? null) ? null : toFileTime(dateOf(value ?? null, 'NumFromDate')).toString(),
  },
  {
    name: 'FormatDateTime',
    arity: [3, 4],
    blank: [1],
    usage: 'FormatDateTime(source, dateTimeStyles, inputFormat, outputFormat)',
    call: (args) => reformat(args),
  },
];

function dateOf(value: Value, what: string): Instant {
  const instant = parseDate(textOf(value) ?? '');
  if (!instant) throw new EvaluationError(`${what} cannot read ${quoted(value)} as a date`);
  return instant;
}

function shown(instant: Instant): string {
  return formatDate(instant, ENTRA_FORMAT) ?? '';
}

const MILLISECONDS: Readonly<Record<string, number>> = {
  ww: 7 * 86_400_000,
  d: 86_400_000,
  h: 3_600_000,
  n: 60_000,
  s: 1_000,
};

function intervalOf(value: Value, what: string): string {
  const interval = textOf(value);
  if (
    interval === 'yyyy' ||
    interval === 'm' ||
    (interval !== null && MILLISECONDS[interval] !== undefined)
  ) {
    return interval;
  }
  throw new EvaluationError(`interval of ${what} is yyyy, m, d, ww, h, n or s, not ${quoted(value)}`);
}

function dateAdd(args: readonly Value[]): Value {
  const interval = intervalOf(argumentOf(args, 0), 'DateAdd');
  const amount = integerOf(argumentOf(args, 1), 'value of DateAdd');
  if (isEmpty(argumentOf(args, 2))) return null;
  const start = dateOf(argumentOf(args, 2), 'DateAdd');
  const unit = MILLISECONDS[interval];
  const ms =
    unit === undefined ? addMonths(start.ms, amount * (interval === 'm' ? 1 : 12)) : start.ms + amount * unit;
  const moved = inRange({ ms, ticks: start.ticks });
  if (!moved) throw new EvaluationError('DateAdd leaves the years 1 to 9999');
  return shown(moved);
}

/** As Visual Basic counts: months and years by calendar, weeks by Sundays passed, the rest in whole units. */
function dateDiff(args: readonly Value[]): Value {
  const interval = intervalOf(argumentOf(args, 0), 'DateDiff');
  if (isEmpty(argumentOf(args, 1)) || isEmpty(argumentOf(args, 2))) return null;
  const from = dateOf(argumentOf(args, 1), 'DateDiff').ms;
  const to = dateOf(argumentOf(args, 2), 'DateDiff').ms;
  const [first, second] = [new Date(from), new Date(to)];
  const years = second.getUTCFullYear() - first.getUTCFullYear();
  if (interval === 'yyyy') return years;
  if (interval === 'm') return years * 12 + second.getUTCMonth() - first.getUTCMonth();
  const unit = MILLISECONDS[interval] ?? 1;
  if (interval !== 'ww') return whole((to - from) / unit);
  const toSunday = (first.getUTCDay() - second.getUTCDay()) * 86_400_000;
  return whole(Math.trunc((to - from + toSunday) / 86_400_000) / 7);
}

/** Towards zero, and never -0. */
function whole(value: number): number {
  return Math.trunc(value) || 0;
}

const STYLES = new Set([
  ...['None', 'AllowLeadingWhite', 'AllowTrailingWhite', 'AllowInnerWhite', 'AllowWhiteSpaces'],
  ...['NoCurrentDateDefault', 'AdjustToUniversal', 'AssumeLocal', 'AssumeUniversal', 'RoundtripKind'],
]);

/** With three arguments as in Cloud Sync (source, inputFormat, outputFormat), with four as in app provisioning. */
function reformat(args: readonly Value[]): Value {
  const [source, styles, input, output] =
    args.length === 3 ? [argumentOf(args, 0), null, argumentOf(args, 1), argumentOf(args, 2)] : args;
  if (isEmpty(source ?? null)) return null;
  const text = prepared(textOf(source ?? null) ?? '', textOf(styles ?? null) ?? '');
  const [inFormat, outFormat] = [textOf(input ?? null) ?? '', textOf(output ?? null) ?? ''];
  const instant = inFormat === '' ? parseDate(text) : parseWithFormat(text, inFormat);
  if (!instant)
    throw new EvaluationError(`${quoted(text)} does not have the date format ${quoted(inFormat)}`);
  const result = outFormat === '' ? shown(instant) : formatDate(instant, outFormat);
  if (result === undefined) throw new EvaluationError(`${quoted(outFormat)} is not a date format`);
  return result;
}

function prepared(text: string, styles: string): string {
  const names = styles.split(',').map((name) => name.trim().replace(/^DateTimeStyles\./, ''));
  const unknown = names.find((name) => name !== '' && !STYLES.has(name));
  if (unknown !== undefined)
    throw new EvaluationError(`${quoted(unknown)} is not one of .NET's DateTimeStyles`);
  const inner = names.some((name) => name === 'AllowInnerWhite' || name === 'AllowWhiteSpaces');
  return (inner ? text.replace(/\s+/g, ' ') : text).trim();
}
