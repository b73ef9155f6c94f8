import { newId } from '../../identity/id.js';
import type { Resource } from '../../identity/model.js';
import type {
  ChangeLog,
  ResourceIndexer,
  ResourceStore,
  Transaction,
  UnitOfWork,
} from '../../identity/ports.js';
import type { AttemptLogger } from '../attempt/attempt.js';
import type { StoreClock } from '../ports.js';
import type { RuleGroupDefinition } from './rule-group-definition.js';
import { ruleCaller, ruleSource, type RuleMemberships } from './rule-memberships.js';

export interface EstablishParts {
  unitOfWork: UnitOfWork;
  resources: ResourceStore;
  indexer: ResourceIndexer;
  clock: StoreClock;
  changeLog: ChangeLog;
  logger: AttemptLogger;
}

/** Makes the groups of the rules, once; a group of the same name that a client manages is left alone, and its rule unused. */
export async function establishRuleGroups(
  parts: EstablishParts,
  definitions: readonly RuleGroupDefinition[],
  memberships: RuleMemberships,
): Promise<void> {
  for (const definition of definitions) {
    const groupId = await establish(parts, definition).catch((error: unknown) => {
      // Another replica made the group in between: now it is found.
      if (error instanceof Error && error.name === 'LostKey') return establish(parts, definition);
      throw error;
    });
    if (groupId !== undefined) memberships.enforce({ groupId, definition });
    else
      parts.logger.warn(
        { file: 'rule-groups.yaml', displayName: definition.displayName },
        'a group of this name exists and is not a rule group: the rule is not used. Rename one of them.',
      );
  }
}

async function establish(
  parts: EstablishParts,
  { displayName }: RuleGroupDefinition,
): Promise<string | undefined> {
  const at = await parts.clock.now();
  const attributes = { displayName };
  const resource: Resource = {
    id: newId(),
    type: 'Group',
    version: 1,
    created: at,
    lastModified: at,
    attributes,
    externalId: displayName,
  };
  const index = parts.indexer.index('Group', attributes);
  return parts.unitOfWork.run(async (tx) => {
    const clash = await parts.resources.insert(tx, { resource, index });
    if (clash) return markedHolder(parts.resources, tx, clash.holder);
    await parts.resources.setExternalId(tx, 'Group', resource.id, ruleSource, displayName);
    const change = { id: newId(), kind: 'create' as const, resource, versionAfter: 1, edges: [], at };
    await parts.changeLog.record(tx, { ...change, caller: ruleCaller(newId()), decidable: false });
    return resource.id;
  });
}

async function markedHolder(
  resources: ResourceStore,
  tx: Transaction,
  holder: string,
): Promise<string | undefined> {
  const group = await resources.load(tx, 'Group', holder, ruleSource);
  return group?.externalId === undefined ? undefined : group.id;
}
