import type { TargetValue } from '../connectors/connector.js';
import type { MappedAccount } from './types.js';

/** One line of a preview: what the target attribute becomes, and why. */
export interface ExplainedLine {
  attribute: string;
  value: string;
  /** The mapping line that made it. */
  mapping: string;
  /** `create only`, `must be unique`, `cannot be computed`. */
  note: string;
}

const HIDDEN = '•••';

/** What a mapping makes of one resource, for a person to read; secret values stay hidden. */
export function explain(account: MappedAccount): ExplainedLine[] {
  return [
    ...(account.container === undefined ? [] : [line('(place)', account.container, 'container')]),
    ...(account.enabled === undefined
      ? []
      : [line('(enabled)', account.enabled ? 'yes' : 'no', 'accountEnabled or active')]),
    ...account.unique.map(({ attribute, candidates, mapping, apply }) =>
      line(attribute, candidates.join(' or '), mapping, 'must be unique', apply),
    ),
    ...account.attributes.map(({ name, values, mapping, apply, secret }) =>
      line(name, secret ? HIDDEN : shown(values), mapping, values.length === 0 ? 'cleared' : '', apply),
    ),
    ...account.references.map(({ attribute, resourceIds, mapping }) =>
      line(attribute, resourceIds.join(', '), mapping, resourceIds.length === 0 ? 'cleared' : 'refers to'),
    ),
    ...account.problems.map(({ mapping, detail }) =>
      line('(problem)', detail, mapping, 'cannot be computed'),
    ),
  ];
}

function line(
  attribute: string,
  value: string,
  mapping: string,
  note = '',
  apply?: 'always' | 'create',
): ExplainedLine {
  const notes = [note, apply === 'create' ? 'create only' : ''].filter((one) => one !== '');
  return { attribute, value, mapping, note: notes.join(', ') };
}

function shown(values: readonly TargetValue[]): string {
  return values.map(shownValue).join(', ');
}

function shownValue(value: TargetValue): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
