import { timeZone } from '../employment/index.js';
import { isISO8601, ValidateBy, type ValidationOptions } from 'class-validator';

const durations: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const sizes: Record<string, number> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

export const durationPattern = /^\d+(ms|s|m|h|d)$/;
export const sizePattern = /^\d+(B|KB|MB|GB)$/;

const matching = (name: string, pattern: RegExp, options?: ValidationOptions) =>
  ValidateBy(
    { name, validator: { validate: (value: unknown) => typeof value === 'string' && pattern.test(value) } },
    options,
  );

/** `500ms`, `8s`, `5m`, `2h`, `30d`. */
export const IsDuration = (options?: ValidationOptions): PropertyDecorator =>
  matching('isDuration', durationPattern, options);

/** `64KB`, `8MB`. */
export const IsSize = (options?: ValidationOptions): PropertyDecorator =>
  matching('isSize', sizePattern, options);

/** `2027-11-30`, `2027-11-30T08:00:00Z`. Weeks and days of a year are ISO 8601 too, but nothing here can read them. */
export const IsDateText = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isIso8601',
      validator: {
        validate: (value: unknown) =>
          isISO8601(value, { strict: true }) && !Number.isNaN(Date.parse(String(value))),
      },
    },
    options,
  );

/** A single value of a mapping line: text, number, or true and false. */
export const IsScalar = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isScalar',
      validator: { validate: (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value) },
    },
    options,
  );

/** Milliseconds. */
export function duration(text: string): number {
  return amount(text, durationPattern, durations);
}

/** Bytes. */
export function size(text: string): number {
  return amount(text, sizePattern, sizes);
}

function amount(text: string, pattern: RegExp, units: Record<string, number>): number {
  const unit = pattern.exec(text)?.[1];
  if (unit === undefined) throw new Error(`"${text}" has no unit that is known here`);
  return parseInt(text, 10) * units[unit]!;
}

/** A time zone of the IANA database: `Europe/Berlin`. */
export const IsTimeZone = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isTimeZone',
      validator: { validate: (value: unknown) => typeof value === 'string' && timeZone(value) !== undefined },
    },
    options,
  );
