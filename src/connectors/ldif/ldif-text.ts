/** RFC 2849: the text of one change record. */

export type LdifValue = string | Uint8Array;

export type Modification = {
  op: 'add' | 'delete' | 'replace';
  attribute: string;
  values: readonly LdifValue[];
};

export type LdifRecord =
  | { changetype: 'add'; dn: string; attributes: readonly (readonly [string, readonly LdifValue[]])[] }
  | { changetype: 'modify'; dn: string; modifications: readonly Modification[] }
  | { changetype: 'modrdn'; dn: string; newRdn: string; newSuperior: string }
  | { changetype: 'delete'; dn: string };

const mostColumns = 76;

/** Lines with their ends, without the blank line that separates records. */
export function ldifText(record: LdifRecord): string {
  return linesOf(record).map(fold).join('');
}

function linesOf(record: LdifRecord): string[] {
  const head = [line('dn', record.dn), `changetype: ${record.changetype}`];
  if (record.changetype === 'add') {
    return [
      ...head,
      ...record.attributes.flatMap(([name, values]) => values.map((value) => line(name, value))),
    ];
  }
  if (record.changetype === 'modify') return [...head, ...record.modifications.flatMap(modificationLines)];
  if (record.changetype === 'delete') return head;
  return [...head, line('newrdn', record.newRdn), 'deleteoldrdn: 1', line('newsuperior', record.newSuperior)];
}

function modificationLines({ op, attribute, values }: Modification): string[] {
  return [`${op}: ${attribute}`, ...values.map((value) => line(attribute, value)), '-'];
}

/** SAFE-STRING of RFC 2849; a blank at the end is allowed there, and lost by editors. */
const safe = /^[\x01-\x09\x0b\x0c\x0e-\x1f\x21-\x39\x3b\x3d-\x7f][\x01-\x09\x0b\x0c\x0e-\x7f]*(?<! )$/;

function line(name: string, value: LdifValue): string {
  if (typeof value === 'string' && (value === '' || safe.test(value)))
    return value === '' ? `${name}:` : `${name}: ${value}`;
  return `${name}:: ${Buffer.from(value as string).toString('base64')}`;
}

/** Only ASCII is left here, so columns are characters. */
function fold(text: string): string {
  const lines = [text.slice(0, mostColumns)];
  for (let from = mostColumns; from < text.length; from += mostColumns - 1) {
    lines.push(` ${text.slice(from, from + mostColumns - 1)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A comment is one line of printable ASCII, whatever a name holds. */
export function comment(text: string): string {
  return `# ${text.replace(/[^\x20-\x7e]/g, '?').slice(0, mostColumns - 2)}\n`;
}
