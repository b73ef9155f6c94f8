import { formatDate, parseWithFormat } from '../../mapping/expression/date-format.js';
import { didYouMean } from '../../mapping/expression/suggest.js';
import { placeOf, type ResourcePlace } from '../../delivery/import/resource-place.js';
import { compileExpression, type CompiledExpression, type ExpressionProblem } from '../../mapping/index.js';
import type { ResourceType } from '../../schema/resource-type.js';
import type { SchemaRegistry } from '../../schema/schema-registry.js';
import { isReference } from '../../schema/validate/attribute-value.js';
import type { CellFormats } from './cell-value.js';
import type { CsvSettings } from './settings.js';
import { isTimeZone } from './zone.js';

/** A column, or an expression over columns. */
export interface CellOrigin {
  columns: readonly string[];
  /** Undefined: the one column as it is. */
  expression?: CompiledExpression;
}

export interface FeedLine extends CellOrigin {
  /** As the settings write it, for messages. */
  path: string;
  place: ResourcePlace;
  /** Names other resources by their externalIds: `one` for manager, `many` for members. */
  refersTo?: 'one' | 'many';
}

/** What a csv source makes of a row, read once from its settings. */
export interface CsvFeed {
  settings: CsvSettings;
  type: ResourceType;
  externalId: CellOrigin;
  lines: readonly FeedLine[];
  formats: CellFormats;
  /** Every column that is needed, in the spelling of the settings. */
  columns: readonly string[];
}

export interface FeedFault {
  /** Keys within `settings`. */
  path: readonly string[];
  detail: string;
  position?: ExpressionProblem['position'];
}

/** All that is wrong at once; undefined with any fault. */
export function compileFeed(
  settings: CsvSettings,
  registry: SchemaRegistry,
  employerZone = 'UTC',
): { feed?: CsvFeed; faults: FeedFault[] } {
  const faults: FeedFault[] = [];
  const type = registry.resourceType(settings.type);
  if (!type) return { faults: [{ path: ['type'], detail: `there is no resource type "${settings.type}"` }] };
  const { decimal, dates, timeZone = employerZone } = settings;
  if (!isTimeZone(timeZone))
    faults.push({
      path: ['timeZone'],
      detail: `"${timeZone}" is no time zone such as Europe/Berlin`,
    });
  dates.forEach((format, index) => {
    if (!readsDates(format))
      faults.push({
        path: ['dates', String(index)],
        detail: `"${format}" does not name day, month and year, e.g. dd.MM.yyyy`,
      });
  });
  const externalId = originOf(settings.externalId, ['externalId'], faults);
  const lines = Object.entries(settings.mapping).flatMap(
    ([path, text]) => lineOf(path, text, type, faults) ?? [],
  );
  if (lines.length === 0 && faults.length === 0) faults.push({ path: ['mapping'], detail: 'maps nothing' });
  if (faults.length > 0 || !externalId) return { faults };
  const columns = [...new Set([externalId, ...lines].flatMap((origin) => origin.columns))];
  settings.dateColumns.forEach((column, index) => {
    if (!columns.includes(column))
      faults.push({
        path: ['dateColumns', String(index)],
        detail: `the mapping reads no column "${column}"${didYouMean(column, columns)}`,
      });
  });
  if (faults.length > 0) return { faults };
  const formats = { decimal, dates, timeZone };
  return { feed: { settings, type, externalId, lines, columns, formats }, faults };
}

/** Any day survives being written and read in a usable format. */
function readsDates(format: string): boolean {
  const day = { ms: Date.UTC(2031, 10, 23), ticks: 0 };
  const written = formatDate(day, format);
  return written !== undefined && parseWithFormat(written, format)?.ms === day.ms;
}

function lineOf(path: string, text: unknown, type: ResourceType, faults: FeedFault[]): FeedLine | undefined {
  const at = ['mapping', path];
  const place = placeIn(path, type);
  if (!place) faults.push({ path: at, detail: placeFault(path, type) });
  const origin = originOf(text, at, faults);
  if (!place || !origin) return undefined;
  const refersTo = referenceIn(place, type);
  return { path, place, ...origin, ...(refersTo ? { refersTo } : {}) };
}

/** `members` is a relation and beside the attributes, but a feed may state it. */
function placeIn(path: string, type: ResourceType): ResourcePlace | undefined {
  const members =
    /^members(\.value)?$/i.test(path) && type.holdsMembers ? type.coreAttribute('members') : undefined;
  return members ? { attribute: members, element: {} } : placeOf(path, type);
}

function placeFault(path: string, type: ResourceType): string {
  if (/^externalId$/i.test(path)) return 'is a setting of its own: externalId beside mapping';
  return `is no attribute of ${type.name} that can be written, e.g. userName, name.givenName, emails[type eq "work"].value`;
}

function referenceIn({ attribute }: ResourcePlace, type: ResourceType): FeedLine['refersTo'] {
  if (type.holdsMembers && attribute.name === 'members') return 'many';
  return isReference(attribute) ? 'one' : undefined;
}

/** Brackets, quotes and `&` make an expression; anything else is the name of a column. */
function originOf(text: unknown, at: readonly string[], faults: FeedFault[]): CellOrigin | undefined {
  if (typeof text !== 'string' || text.trim() === '') {
    faults.push({ path: at, detail: 'is to be the name of a column or an expression' });
    return undefined;
  }
  if (!/[[("&]/.test(text)) return { columns: [text.trim()] };
  const compiled = compileExpression(text, { resourceType: '', columns: true });
  if (compiled.ok) return { columns: compiled.expression.reads, expression: compiled.expression };
  const hint = /^[^[("]+[(&]/.test(text) ? '; a column whose name has ( or & is written in [ ]' : '';
  faults.push({ path: at, detail: `${compiled.problem.detail}${hint}`, position: compiled.problem.position });
  return undefined;
}
