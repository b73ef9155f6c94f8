import type { Subject } from '../../connector.js';
import type { LoopGuardSettings } from '../settings.js';
import type { AttributeWrite } from './steps.js';

/** What Entra Connect and Cloud Sync look at to leave an object out: `User_<id>` or `Group_<id>`. */
export function loopGuardWrites(
  mark: LoopGuardSettings['mark'],
  subject: Pick<Subject, 'kind' | 'resourceId'>,
): AttributeWrite[] {
  if (mark === 'off') return [];
  const value = `${subject.kind === 'Group' ? 'Group' : 'User'}_${subject.resourceId}`;
  return [{ name: mark, values: [value] }];
}
