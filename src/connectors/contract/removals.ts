import { strict as assert } from 'node:assert';
import type { ResourceKind } from '../connector.js';
import type { CaseGroup, ContractCase, ContractHarness } from './harness.js';
import { failsWith, isQuiet, Steps } from './steps.js';

const kinds: readonly ResourceKind[] = ['User', 'Group'];

const deletes = (steps: Steps): ContractCase[] => [
  {
    title: 'a deletion is counted, carried out, and then `missing`',
    async run() {
      const { traits, account } = await steps.create('User');
      const removal = steps.removal('User', traits, 'delete');
      const plan = await steps.plan(removal, account);
      assert.equal(plan.action, 'delete');
      assert.equal(plan.effects.deletes, 1);
      await steps.execute(plan);
      assert.equal(await steps.read('User', account), undefined);
      await failsWith('missing', () => steps.plan(removal, account));
    },
  },
  {
    title: 'a deletion that was overtaken does no harm',
    async run() {
      const { traits, account } = await steps.create('User');
      const plan = await steps.plan(steps.removal('User', traits, 'delete'), account);
      await steps.execute(plan);
      await steps.execute(plan);
      assert.equal(await steps.read('User', account), undefined);
    },
  },
  {
    title: 'a group is deleted, its members stay',
    async run() {
      const group = await steps.create('Group');
      const member = await steps.create('User');
      await steps.applyMembers(group, [steps.edge(member, true)]);
      await steps.execute(await steps.plan(steps.removal('Group', group.traits, 'delete'), group.account));
      assert.equal(await steps.read('Group', group.account), undefined);
      assert.equal((await steps.read('User', member.account))?.name, member.traits.name);
    },
  },
];

const keeps = (steps: Steps): ContractCase[] => [
  {
    title: 'the policy retain leaves the account as it is',
    async run() {
      const { traits, account } = await steps.create('User');
      const before = await steps.read('User', account);
      const plan = await steps.plan(steps.removal('User', traits, 'retain'), account);
      assert.ok(plan.action === 'none' || plan.action === 'retain', plan.action);
      assert.deepEqual(plan.effects, { disables: 0, deletes: 0, memberRemovals: 0 });
      if (plan.action === 'retain') await steps.execute(plan);
      assert.deepEqual(await steps.read('User', account), before);
    },
  },
];

const disables = (steps: Steps, kind: ResourceKind): ContractCase[] => [
  {
    title: `the policy disable disables a ${kind} once and is counted`,
    async run() {
      const { traits, account } = await steps.create(kind);
      const removal = steps.removal(kind, traits, 'disable');
      const plan = await steps.plan(removal, account);
      assert.equal(plan.action, 'disable');
      assert.equal(plan.effects.disables, 1);
      await steps.execute(plan);
      assert.equal((await steps.read(kind, account))?.enabled, false);
      isQuiet(await steps.plan(removal, account));
    },
  },
];

/** An administrator's policy is for all kinds: one that cannot be disabled is no reason to fail, or to delete. */
const stays = (steps: Steps, kind: ResourceKind): ContractCase[] => [
  {
    title: `the policy disable leaves a ${kind}, which cannot be disabled, where it is`,
    async run() {
      const { traits, account } = await steps.create(kind);
      const before = await steps.read(kind, account);
      const removal = steps.removal(kind, traits, 'disable');
      const plan = await steps.plan(removal, account);
      assert.ok(['none', 'retain', 'update'].includes(plan.action), plan.action);
      assert.deepEqual(
        { ...plan.effects, memberRemovals: 0 },
        { disables: 0, deletes: 0, memberRemovals: 0 },
      );
      if (plan.action !== 'none') await steps.execute(plan);
      const after = await steps.read(kind, account);
      assert.equal(after?.name, traits.name);
      assert.equal(after.enabled, before?.enabled, 'it is as enabled as it was');
      isQuiet(await steps.plan(removal, account));
    },
  },
];

/** The gateway believes the connector kind, and warns of policies that come to nothing. */
const declared = ({ harness }: Steps): ContractCase[] => [
  {
    title: 'the connector kind says of the same kinds as the cases that they can be disabled',
    async run() {
      for (const kind of kinds)
        assert.equal(harness.declaredDisables!(kind), harness.disables.includes(kind), kind);
    },
  },
];

export function removalCases(harness: ContractHarness): CaseGroup[] {
  const steps = new Steps(harness);
  const can = (kind: ResourceKind) => harness.disables.includes(kind);
  return [
    { cases: [...deletes(steps), ...keeps(steps)] },
    ...kinds.map((kind) => ({ cases: can(kind) ? disables(steps, kind) : stays(steps, kind) })),
    {
      cases: declared(steps),
      needs: { harness: 'declaredDisables', given: harness.declaredDisables !== undefined },
    },
  ];
}
