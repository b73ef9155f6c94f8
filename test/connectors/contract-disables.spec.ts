/** The contract cases about kinds that cannot be disabled fail for connectors that get them wrong. */
import { composePlan } from '../../src/connectors/compose-plan.js';
import { ConnectorError, type Connector, type Plan, type Subject } from '../../src/connectors/connector.js';
import { contractCases, leftOutCases, type ContractHarness } from '../../src/connectors/contract/index.js';
import { MemoryConnector, MemorySettings, MemoryTarget } from '../../src/connectors/memory/index.js';
import { desiredSubject } from './desired-subject.js';

const names = { name: 'userName', title: 'title', createOnly: 'nickName' };
const leaves = 'the policy disable leaves a Group, which cannot be disabled, where it is';
const agrees = 'the connector kind says of the same kinds as the cases that they can be disabled';

/** What a connector does about a leaving group under the policy `disable`. */
type OnLeavingGroup = (inner: MemoryConnector, ...asked: Parameters<Connector['plan']>) => Promise<Plan>;

class Disabling extends MemoryConnector {
  constructor(
    target: MemoryTarget,
    private readonly inner: MemoryConnector,
    private readonly onLeavingGroup: OnLeavingGroup,
  ) {
    super(target, new MemorySettings());
  }

  override async plan(...asked: Parameters<Connector['plan']>): Promise<Plan> {
    const [{ kind, desired }] = asked;
    const leaving = kind === 'Group' && 'removal' in desired && desired.removal.policy === 'disable';
    return leaving ? this.onLeavingGroup(this.inner, ...asked) : this.inner.plan(...asked);
  }
}

function harness(onLeavingGroup: OnLeavingGroup, more: Partial<ContractHarness> = {}): ContractHarness {
  const target = new MemoryTarget();
  const connector = new Disabling(target, new MemoryConnector(target, new MemorySettings()), onLeavingGroup);
  return {
    connector: () => connector,
    subject: (kind, traits) => desiredSubject(kind, traits, names),
    read: async (_kind, anchor) => {
      const account = target.accounts.get(anchor);
      return account && { name: account.attributes.userName?.[0] ?? '', enabled: account.enabled };
    },
    count: async (kind, name) =>
      target.find(kind, ({ attributes }) => attributes.userName?.[0] === name).length,
    vanish: async (_kind, anchor) => target.remove(anchor),
    readsTarget: true,
    unknownAnchor: 'nobody',
    uniqueNames: true,
    disables: ['User'],
    nestedGroups: true,
    checksMembers: true,
    ...more,
  };
}

const caseOf = (of: ContractHarness, title: string) => contractCases(of).find((one) => one.title === title)!;

const nothing: OnLeavingGroup = async (_inner, _subject, account) =>
  composePlan({ action: 'none', anchor: account?.anchor });

const asDelete = (subject: Subject): Subject => ({ ...subject, desired: { removal: { policy: 'delete' } } });

describe('a group that cannot be disabled', () => {
  it('is left alone by a connector that passes', async () => {
    await caseOf(harness(nothing), leaves).run();
  });

  it.each<[string, OnLeavingGroup, RegExp]>([
    ['plans to disable it', (inner, ...asked) => inner.plan(...asked), /disable/],
    [
      'deletes it instead',
      (inner, subject, account, signal) => inner.plan(asDelete(subject), account, signal),
      /delete/,
    ],
    [
      'counts a disable that it does not carry out',
      async (_inner, _subject, account) =>
        composePlan({ action: 'none', anchor: account?.anchor, disables: 1 }),
      /strictly deep-equal/,
    ],
    [
      'disables it and calls it an update',
      async (inner, ...asked) => {
        const plan = await inner.plan(...asked);
        if (plan.action === 'none') return plan;
        return { ...plan, action: 'update', effects: { disables: 0, deletes: 0, memberRemovals: 0 } };
      },
      /as enabled as it was/,
    ],
    [
      'fails',
      async () => {
        throw new ConnectorError({ kind: 'rejected', detail: 'groups cannot be disabled' });
      },
      /groups cannot be disabled/,
    ],
  ])('fails the case of a connector that %s', async (_what, onLeavingGroup, said) => {
    await expect(caseOf(harness(onLeavingGroup), leaves).run()).rejects.toThrow(said);
  });
});

describe('what the connector kind says about disabling', () => {
  it('passes where it is what the target does', async () => {
    await caseOf(harness(nothing, { declaredDisables: (kind) => kind === 'User' }), agrees).run();
  });

  it.each<[string, (kind: string) => boolean, RegExp]>([
    ['says that groups can be', () => true, /Group/],
    ['says that users cannot be', () => false, /User/],
  ])('fails the case of a kind that %s', async (_what, declaredDisables, said) => {
    await expect(caseOf(harness(nothing, { declaredDisables }), agrees).run()).rejects.toThrow(said);
  });

  it('is reported as left out where the harness does not tell', () => {
    const left = leftOutCases(harness(nothing)).find(({ title }) => title === agrees);
    expect(left?.needs).toBe('declaredDisables');
  });
});
