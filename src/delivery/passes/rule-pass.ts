import { newId } from '../../identity/id.js';
import type { Resource } from '../../identity/model.js';
import type { ResourceStore, Transaction, UnitOfWork } from '../../identity/ports.js';
import type { PassProgress, PassStore, StoreClock } from '../ports.js';
import { ruleCaller, type RuleMemberships } from '../rule-groups/rule-memberships.js';
import { datedRevision, undated, type Pass } from './pass.js';
import { resourcePage } from './resource-page.js';

export interface RulePassParts {
  unitOfWork: UnitOfWork;
  resources: ResourceStore;
  clock: StoreClock;
  progress: PassStore;
  memberships: RuleMemberships;
  pageSize: number;
  wake(): void;
}

export const rulePassName = 'rule groups';

/** Everybody against the rules: all of them when they changed, those that read the calendar every day. */
export class RulePass implements Pass {
  readonly name = rulePassName;

  constructor(private readonly parts: RulePassParts) {}

  async wanted(now: number): Promise<string | undefined> {
    const { memberships } = this.parts;
    const { revision } = memberships;
    const moves = memberships.all().some(({ definition }) => definition.rule.timeDependent);
    return revision === undefined ? undefined : datedRevision(revision, moves, now);
  }

  async begin(revision: string, previous: PassProgress | undefined): Promise<PassProgress> {
    const daily = previous?.state === 'done' && undated(previous.revision) === undated(revision);
    return { revision, state: 'running', step: daily ? 'daily' : 'all', after: '', done: 0, total: 0 };
  }

  async page(progress: PassProgress): Promise<PassProgress> {
    const { unitOfWork, resources, memberships, progress: store, pageSize, clock, wake } = this.parts;
    const page = await resourcePage(resources, ['User'], progress.after, pageSize);
    const rules = memberships
      .all()
      .filter(({ definition }) => progress.step === 'all' || definition.rule.timeDependent);
    const next: PassProgress = {
      ...progress,
      state: page.next === undefined ? 'done' : 'running',
      after: page.next ?? '',
      done: progress.done + page.resources.length,
      total: page.total,
    };
    const at = await clock.now();
    await unitOfWork.run(async (tx) => {
      const users = await this.fresh(tx, page.resources);
      await memberships.follow(tx, users, rules, ruleCaller(newId()), at);
      await store.save(tx, this.name, undefined, next);
    });
    wake();
    return next;
  }

  /** As they are in this transaction, in the order of their ids: a change at the same time comes before or after. */
  private async fresh(tx: Transaction, page: readonly Resource[]): Promise<Resource[]> {
    const users: Resource[] = [];
    for (const { id } of page) {
      const user = await this.parts.resources.load(tx, 'User', id, '');
      if (user) users.push(user);
    }
    return users;
  }
}
