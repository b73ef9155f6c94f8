import { parseWithFormat } from '../../mapping/expression/date-format.js';
import { parseDateTime } from '../../schema/date-time.js';
import type { AttributeDefinition, Json } from '../../schema/types.js';
import { inZone } from './zone.js';

export interface CellFormats {
  /** The mark before decimal places. */
  decimal: '.' | ',';
  /** .NET formats, tried in order; ISO 8601 is read beside them. */
  dates: readonly string[];
  /** Of dates without an offset. */
  timeZone: string;
}

/** Why a cell is not what the attribute needs. */
export class CellFault extends Error {}

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', '1'].map((word): [string, boolean] => [word, true]),
  ...['false', 'no', '0'].map((word): [string, boolean] => [word, false]),
]);

/** The text of a cell, or what an expression made of it, in the type of the attribute (RFC 7643 §2.3). */
export function cellValue(attribute: AttributeDefinition, given: Json, formats: CellFormats): Json {
  switch (attribute.type) {
    case 'boolean':
      return typeof given === 'boolean' ? given : truth(String(given));
    case 'integer':
    case 'decimal':
      return typeof given === 'number' ? given : amount(String(given), formats.decimal);
    case 'dateTime':
      return instant(String(given), formats);
    default:
      return typeof given === 'boolean' ? (given ? 'True' : 'False') : String(given);
  }
}

function truth(text: string): boolean {
  const found = truths.get(text.trim().toLowerCase());
  if (found !== undefined) return found;
  throw new CellFault(
    `"${text}" is neither true nor false; say which by an expression such as IIF([Column]="${text}","True","False")`,
  );
}

function amount(text: string, decimal: '.' | ','): number {
  const groups = decimal === ',' ? "[.'  \u00a0\u202f]" : "[,'  \u00a0\u202f]";
  const shape = new RegExp(`^[+-]?(\\d+|\\d{1,3}(${groups}\\d{3})+)([${decimal}]\\d+)?$`);
  if (!shape.test(text))
    throw new CellFault(`"${text}" is no number with "${decimal}" before its decimal places`);
  return Number(text.replace(new RegExp(groups, 'g'), '').replace(decimal, '.'));
}

const isoDay = /^\d{4}-\d\d-\d\d$/;
const withOffset = /(Z|[+-]\d\d:\d\d)$/;

/** A date as `2026-02-01`, one with a time of day as xsd:dateTime with the offset of the employer. */
export function isoDate(text: string, { dates, timeZone }: Omit<CellFormats, 'decimal'>): string {
  for (const format of dates) {
    const read = parseWithFormat(text, format);
    if (!read) continue;
    if (!names(/[Hh]/, format)) return new Date(read.ms).toISOString().slice(0, 10);
    return names(/[zK]/, format) ? new Date(read.ms).toISOString() : inZone(read.ms, timeZone);
  }
  const ms = parseDateTime(isoDay.test(text) ? `${text}T00:00:00` : text);
  if (ms === undefined)
    throw new CellFault(`"${text}" is no date of the form ${[...dates, 'yyyy-MM-dd'].join(' or ')}`);
  return isoDay.test(text) || withOffset.test(text) ? text : inZone(ms, timeZone);
}

/** A day is the moment in which it begins at the employer. */
function instant(text: string, formats: CellFormats): string {
  const date = isoDate(text, formats);
  return isoDay.test(date) ? inZone(Date.parse(date), formats.timeZone) : date;
}

const names = (field: RegExp, format: string) => field.test(format.replace(/'[^']*'|"[^"]*"|\\./g, ''));
