import {
  ConnectorError,
  type Applied,
  type Connector,
  type Finding,
  type GroupAccount,
  type KnownAccount,
  type ListedAccount,
  type Lists,
  type Match,
  type MembershipEdge,
  type Plan,
  type ResourceKind,
  type Subject,
} from '../connector.js';
import type { ConnectorContext } from '../kind.js';
import { AccountExecutor } from './account/execute-account.js';
import { AttributeFence } from './account/attribute-fence.js';
import { Fence } from './account/fence.js';
import { Marking } from './account/marking.js';
import { Matching } from './account/match.js';
import { AccountPlanner } from './account/plan-account.js';
import { Restoring } from './account/restore.js';
import { RemovalPlanner } from './account/plan-removal.js';
import type { AccountSteps } from './account/steps.js';
import { Check } from './check/check.js';
import { Directory } from './domain/directory.js';
import { passwordFor } from './generate-password.js';
import { Inventory } from './inventory.js';
import { MemberExecutor } from './members/execute-members.js';
import { MemberPlanner, type MemberSteps } from './members/plan-members.js';
import { AdPool } from './session/ad-pool.js';
import { OwnChoice } from './session/servers.js';
import type { AdSettings } from './settings.js';

/** Writes users and groups to one Active Directory domain over protected LDAP. */
export class AdConnector implements Connector, Lists {
  private readonly pool: AdPool;
  private readonly directory: Directory;
  private readonly matching: Matching;
  private readonly planner: AccountPlanner;
  private readonly removals: RemovalPlanner;
  private readonly executor: AccountExecutor;
  private readonly restoring: Restoring;
  private readonly memberPlanner: MemberPlanner;
  private readonly memberExecutor: MemberExecutor;
  private readonly inventory: Inventory;
  private readonly checks: Check;

  constructor(
    private readonly settings: AdSettings,
    context: ConnectorContext,
  ) {
    refuseTracing();
    const { log, now, mapped } = context;
    this.pool = new AdPool(settings, { choice: context.server ?? new OwnChoice(now), log, now });
    this.directory = new Directory(this.pool, settings, now);
    const fence = new Fence(this.directory, settings);
    const attributes = new AttributeFence(mapped);
    this.matching = new Matching(this.directory, fence, settings);
    const marking = new Marking(this.directory, fence);
    this.planner = new AccountPlanner(this.directory, fence, attributes, settings, marking);
    this.removals = new RemovalPlanner(this.directory, fence, attributes, settings);
    this.executor = new AccountExecutor(this.directory, fence, settings, marking);
    this.restoring = new Restoring(this.directory, fence);
    this.memberPlanner = new MemberPlanner(this.directory, fence);
    this.memberExecutor = new MemberExecutor(this.directory, fence);
    this.inventory = new Inventory(this.directory, fence, settings, mapped);
    this.checks = new Check(this.directory, fence, settings, mapped);
  }

  check(signal: AbortSignal): Promise<Finding[]> {
    this.pool.forgetRefusal();
    return this.checks.run(signal);
  }

  match(subject: Subject, signal: AbortSignal): Promise<Match> {
    return this.directory.read(signal, `look for the account of "${subject.label}"`, (session) =>
      this.matching.match(session, subject),
    );
  }

  plan(subject: Subject, account: KnownAccount | undefined, signal: AbortSignal): Promise<Plan> {
    const { desired } = subject;
    return this.directory.read(signal, `read the account of "${subject.label}"`, async (session) => {
      if (!('removal' in desired)) return this.planner.plan(session, subject, desired, account);
      if (account) return this.removals.plan(session, subject, desired.removal.policy, account);
      throw new ConnectorError({ kind: 'missing', detail: `"${subject.label}" has no account to remove.` });
    });
  }

  planRestore(subject: Subject, account: KnownAccount, signal: AbortSignal): Promise<Plan> {
    return this.directory.read(signal, `look for the deleted account of "${subject.label}"`, (session) =>
      this.restoring.plan(session, subject, account),
    );
  }

  execute(plan: Plan, signal: AbortSignal): Promise<Applied> {
    const steps = plan.steps as AccountSteps | MemberSteps;
    if (steps.type === 'members') return this.memberExecutor.execute(steps, signal);
    return steps.restore ? this.restoring.execute(steps, signal) : this.executor.execute(steps, signal);
  }

  planMembers(group: GroupAccount, edges: readonly MembershipEdge[], signal: AbortSignal): Promise<Plan> {
    return this.directory.read(signal, `read the members of "${group.label}"`, (session) =>
      this.memberPlanner.plan(session, group, edges),
    );
  }

  generatePassword(names: readonly string[], signal: AbortSignal): Promise<string> {
    return this.directory.read(signal, 'read the password policy', async (session) => {
      const { passwords } = await this.directory.facts(session);
      return passwordFor({ minLength: passwords.minLength, length: this.settings.passwords.length, names });
    });
  }

  list(kind: ResourceKind, signal: AbortSignal, whole?: boolean): AsyncIterable<ListedAccount> {
    return this.inventory.list(kind, signal, whole);
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

/** The client library's trace prints new passwords in clear. */
function refuseTracing(): void {
  if (!/(^|[\s,])(ldapts|\*)([\s,*]|$)/i.test(process.env['NODE_DEBUG'] ?? '')) return;
  throw new Error('NODE_DEBUG names ldapts, whose trace shows passwords in clear: unset it and start again');
}
