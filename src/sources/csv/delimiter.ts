/** Which character parts the cells. Excel's own announcement (`sep=;` as the first line) counts before anything else. */
export const delimiters = ['auto', ';', ',', 'tab', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

const candidates = [';', ',', '\t', '|'];
const announcement = /^"?sep=(.)"?(\r\n|\r|\n)/i;

export interface Head {
  delimiter: string;
  /** Characters before the header. */
  skip: number;
}

/** Looks at the beginning of a file; `columns` are those that the mapping wants to find. */
export function headOf(beginning: string, given: Delimiter, columns: readonly string[]): Head {
  const announced = announcement.exec(beginning);
  const skip = announced?.[0].length ?? 0;
  if (given !== 'auto') return { delimiter: given === 'tab' ? '\t' : given, skip };
  if (announced) return { delimiter: announced[1]!, skip };
  const header = firstRecord(beginning.slice(skip));
  const wanted = new Set(columns.map(folded));
  const [best] = candidates
    .map((delimiter) => ({ delimiter, cells: header.split(delimiter).map(folded) }))
    .map(({ delimiter, cells }) => ({
      delimiter,
      found: cells.filter((cell) => wanted.has(cell)).length,
      count: cells.length,
    }))
    .sort((a, b) => b.found - a.found || b.count - a.count);
  return { delimiter: best!.delimiter, skip };
}

/** Whether the first record is complete in this text. */
export function holdsFirstRecord(text: string): boolean {
  const skip = announcement.exec(text)?.[0].length ?? 0;
  const rest = text.slice(skip);
  return firstRecord(rest).length < rest.length;
}

function firstRecord(text: string): string {
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') quoted = !quoted;
    else if (!quoted && (char === '\n' || char === '\r')) return text.slice(0, at);
  }
  return text;
}

/** As names of columns are compared: without quotes and outer spaces, in any case. */
export const folded = (name: string): string => name.trim().replace(/^"|"$/g, '').trim().toLowerCase();
