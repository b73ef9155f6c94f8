import type { Plan } from '../../connectors/connector.js';
import type { ObjectDefinition } from '../target-definition.js';

/** Which object action of the target file, when it is off, forbids a plan for a resource in scope; undefined: none. */
export function actionOff(
  { actions }: Pick<ObjectDefinition, 'actions'>,
  planned: Plan['action'],
): string | undefined {
  if (planned === 'none') return undefined;
  const action = planned === 'create' ? 'create' : 'update';
  return actions[action] ? undefined : `the object action ${action} is off`;
}

/** The account of somebody who left, or of a resource that is out of scope, stays as it is. */
export const removalOff = ({ actions }: Pick<ObjectDefinition, 'actions'>): string | undefined =>
  actions.delete ? undefined : 'the object action delete is off';
