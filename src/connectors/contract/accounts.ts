import { strict as assert } from 'node:assert';
import type { CaseGroup, ContractCase, ContractHarness } from './harness.js';
import { failsWith, fresh, isQuiet, Steps } from './steps.js';

const creates = (steps: Steps): ContractCase[] => [
  {
    title: 'a create is there, seen by another way',
    async run() {
      const { traits, account } = await steps.create('User');
      const seen = await steps.read('User', account);
      assert.equal(seen?.name, traits.name);
      assert.equal(seen?.title, 'Engineer');
      assert.equal(account.createdByUs, true);
      if (steps.harness.disables.includes('User')) assert.equal(seen?.enabled, true);
    },
  },
  {
    title: 'a second plan after the create writes nothing',
    async run() {
      const { traits, account } = await steps.create('User');
      isQuiet(await steps.plan(steps.harness.subject('User', traits), account));
    },
  },
  {
    title: 'planning changes nothing',
    async run() {
      const newcomer = { ...fresh('planned'), title: 'Nobody' };
      const plan = await steps.plan(steps.harness.subject('User', newcomer));
      assert.equal(plan.action, 'create');
      assert.equal(await steps.harness.count('User', newcomer.name), 0);
      const { traits, account } = await steps.create('User');
      const before = await steps.read('User', account);
      await steps.plan(steps.harness.subject('User', { ...traits, title: 'Changed' }), account);
      await steps.plan(steps.removal('User', traits, 'delete'), account);
      assert.deepEqual(await steps.read('User', account), before);
    },
  },
  {
    title: 'equal plans have equal digests, different plans different ones',
    async run() {
      const { traits, account } = await steps.create('User');
      const changed = steps.harness.subject('User', { ...traits, title: 'One' });
      const first = await steps.plan(changed, account);
      assert.equal((await steps.plan(changed, account)).digest, first.digest);
      const other = await steps.plan(steps.harness.subject('User', { ...traits, title: 'Two' }), account);
      assert.notEqual(other.digest, first.digest);
    },
  },
  {
    title: 'an attempt whose time is up writes nothing',
    async run() {
      const traits = fresh('late');
      const plan = await steps.plan(steps.harness.subject('User', traits));
      await assert.rejects(steps.harness.connector().execute(plan, AbortSignal.abort()));
      assert.equal(await steps.harness.count('User', traits.name), 0);
    },
  },
];

const updates = (steps: Steps): ContractCase[] => [
  {
    title: 'an update names and writes what differs, and nothing else',
    async run() {
      const { traits, account } = await steps.create('User');
      const { plan } = await steps.apply(
        steps.harness.subject('User', { ...traits, title: 'Director' }),
        account,
      );
      assert.equal(plan.action, 'update');
      assert.equal(plan.changes.length, 1, JSON.stringify(plan.changes));
      assert.deepEqual(plan.changes[0]?.new, ['Director']);
      assert.deepEqual(plan.changes[0]?.old, ['Engineer']);
      assert.equal((await steps.read('User', account))?.title, 'Director');
    },
  },
  {
    title: 'a rename keeps the anchor',
    async run() {
      const { traits, account } = await steps.create('User');
      const renamed = { ...traits, name: fresh('renamed').name };
      const after = await steps.apply(steps.harness.subject('User', renamed), account);
      assert.equal(after.account.anchor, account.anchor);
      assert.equal((await steps.read('User', account))?.name, renamed.name);
      isQuiet(await steps.plan(steps.harness.subject('User', renamed), account));
    },
  },
  {
    title: 'an empty list clears an attribute, an unlisted one is left alone',
    async run() {
      const { traits, account } = await steps.create('User');
      const { title: _unlisted, ...silent } = traits;
      isQuiet(await steps.plan(steps.harness.subject('User', silent), account));
      const cleared = steps.harness.subject('User', { ...traits, title: null });
      await steps.apply(cleared, account);
      assert.equal((await steps.read('User', account))?.title, undefined);
      isQuiet(await steps.plan(cleared, account));
    },
  },
  {
    title: 'an account that was never there is `missing`',
    async run() {
      const account = { anchor: steps.harness.unknownAnchor, createdByUs: true };
      await failsWith('missing', () => steps.plan(steps.harness.subject('User', fresh('nobody')), account));
    },
  },
  {
    title: 'what is written with the create only is left alone afterwards',
    async run() {
      const { traits, account } = await steps.create('User', { createOnly: 'first' });
      assert.equal((await steps.read('User', account))?.createOnly, 'first');
      isQuiet(await steps.plan(steps.harness.subject('User', { ...traits, createOnly: 'second' }), account));
    },
  },
];

const vanished = (steps: Steps): ContractCase[] => [
  {
    title: 'an update of an account that is gone is `missing`',
    async run() {
      const { traits, account } = await steps.create('User');
      const changed = steps.harness.subject('User', { ...traits, title: 'Ghost' });
      const plan = await steps.plan(changed, account);
      await steps.harness.vanish('User', account.anchor);
      await failsWith('missing', () => steps.execute(plan));
      await failsWith('missing', () => steps.plan(changed, account));
    },
  },
];

const states = (steps: Steps): ContractCase[] => [
  {
    title: 'an account is disabled and enabled, and the guard can count it',
    async run() {
      const { traits, account } = await steps.create('User');
      const off = steps.harness.subject('User', { ...traits, enabled: false });
      const { plan } = await steps.apply(off, account);
      assert.equal(plan.action, 'disable');
      assert.equal(plan.effects.disables, 1);
      assert.equal((await steps.read('User', account))?.enabled, false);
      isQuiet(await steps.plan(off, account));
      const { enabled: _unsaid, ...silent } = traits;
      isQuiet(await steps.plan(steps.harness.subject('User', silent), account));
      const on = await steps.apply(steps.harness.subject('User', traits), account);
      assert.equal(on.plan.action, 'enable');
      assert.equal((await steps.read('User', account))?.enabled, true);
    },
  },
];

export function accountCases(harness: ContractHarness): CaseGroup[] {
  const steps = new Steps(harness);
  return [
    { cases: [...creates(steps), ...updates(steps)] },
    { cases: vanished(steps), needs: { harness: 'readsTarget: true', given: harness.readsTarget } },
    {
      cases: states(steps),
      needs: { harness: "disables: ['User']", given: harness.disables.includes('User') },
    },
  ];
}
