import { strict as assert } from 'node:assert';
import type { CaseGroup, ContractCase, ContractHarness } from './harness.js';
import { failsWith, isQuiet, Steps } from './steps.js';

const edges = (steps: Steps): ContractCase[] => [
  {
    title: 'members are added once, however often and in whichever order they are named',
    async run() {
      const group = await steps.create('Group');
      const [jane, john] = [await steps.create('User'), await steps.create('User')];
      const wanted = [steps.edge(jane, true), steps.edge(john, true), steps.edge(jane, true)];
      const { plan } = await steps.applyMembers(group, wanted);
      assert.equal(plan.action, 'members');
      assert.deepEqual(await steps.members(group), [jane.account.anchor, john.account.anchor].sort());
      isQuiet(await steps.planMembers(group, wanted.reverse()));
    },
  },
  {
    title: 'removals are counted, carried out, and then nothing is left to do',
    async run() {
      const group = await steps.create('Group');
      const [jane, john] = [await steps.create('User'), await steps.create('User')];
      await steps.applyMembers(group, [steps.edge(jane, true), steps.edge(john, true)]);
      const wanted = [steps.edge(jane, false), steps.edge(jane, false)];
      const { plan } = await steps.applyMembers(group, wanted);
      assert.equal(plan.effects.memberRemovals, 1);
      assert.deepEqual(await steps.members(group), [john.account.anchor]);
      isQuiet(await steps.planMembers(group, wanted));
    },
  },
  {
    title: 'one plan adds and removes, and touches nobody else',
    async run() {
      const group = await steps.create('Group');
      const [jane, john, joan] = [
        await steps.create('User'),
        await steps.create('User'),
        await steps.create('User'),
      ];
      await steps.applyMembers(group, [steps.edge(jane, true), steps.edge(john, true)]);
      const { plan } = await steps.applyMembers(group, [steps.edge(joan, true), steps.edge(john, false)]);
      assert.equal(plan.changes.length > 0, true, 'a person sees what will change');
      assert.deepEqual(await steps.members(group), [jane.account.anchor, joan.account.anchor].sort());
    },
  },
  {
    title: 'planning members changes nothing',
    async run() {
      const group = await steps.create('Group');
      const jane = await steps.create('User');
      await steps.planMembers(group, [steps.edge(jane, true)]);
      assert.deepEqual(await steps.members(group), []);
    },
  },
  {
    title: 'an update of the group leaves its members alone',
    async run() {
      const group = await steps.create('Group');
      const jane = await steps.create('User');
      await steps.applyMembers(group, [steps.edge(jane, true)]);
      await steps.apply(steps.harness.subject('Group', { ...group.traits, title: 'Renamed' }), group.account);
      assert.deepEqual(await steps.members(group), [jane.account.anchor]);
    },
  },
];

const vanished = (steps: Steps): ContractCase[] => [
  {
    title: 'members of a group that is gone are `missing`',
    async run() {
      const group = await steps.create('Group');
      const jane = await steps.create('User');
      await steps.harness.vanish('Group', group.account.anchor);
      await failsWith('missing', async () => {
        const plan = await steps.planMembers(group, [steps.edge(jane, true)]);
        await steps.execute(plan);
      });
    },
  },
];

const nested = (steps: Steps): ContractCase[] => [
  {
    title: 'a group is a member of a group',
    async run() {
      const [outer, inner] = [await steps.create('Group'), await steps.create('Group')];
      const wanted = [steps.edge(inner, true, 'Group')];
      await steps.applyMembers(outer, wanted);
      assert.deepEqual(await steps.members(outer), [inner.account.anchor]);
      isQuiet(await steps.planMembers(outer, wanted));
    },
  },
];

const refused = (steps: Steps): ContractCase[] => [
  {
    title: 'a member that is not there is refused alone; the others go through',
    async run() {
      const group = await steps.create('Group');
      const [jane, ghost] = [await steps.create('User'), await steps.create('User')];
      await steps.harness.vanish('User', ghost.account.anchor);
      const wanted = [steps.edge(ghost, true), steps.edge(jane, true)];
      const { outcomes } = await steps.applyMembers(group, wanted);
      const failed = outcomes.filter((outcome) => outcome.kind === 'failed');
      assert.deepEqual(
        failed.map(({ memberId }) => memberId),
        [wanted[0]?.memberId],
      );
      assert.deepEqual(await steps.members(group), [jane.account.anchor]);
    },
  },
];

export function memberCases(harness: ContractHarness): CaseGroup[] {
  const steps = new Steps(harness);
  return [
    { cases: edges(steps) },
    { cases: vanished(steps), needs: { harness: 'readsTarget: true', given: harness.readsTarget } },
    { cases: nested(steps), needs: { harness: 'nestedGroups: true', given: harness.nestedGroups } },
    { cases: refused(steps), needs: { harness: 'checksMembers: true', given: harness.checksMembers } },
  ];
}
