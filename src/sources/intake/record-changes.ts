import type { Edited } from '../../identity/model.js';
import { differences } from '../../schema/leaves.js';
import type { RecordChange } from '../feed.js';

/** What differs, and what is left as it is because another source has the say. */
export const changesOf = ({
  before,
  after,
  kept,
}: Pick<Edited, 'before' | 'after' | 'kept'>): RecordChange[] => [
  ...differences(before, after),
  ...kept.map(({ path, offered, by }) => ({
    path,
    ...(offered === undefined ? {} : { to: offered }),
    keptFor: by,
  })),
];

/** Whether anything is written that a client can see. */
export const writes = (changes: readonly RecordChange[]): boolean =>
  changes.some(({ keptFor }) => keptFor === undefined);
