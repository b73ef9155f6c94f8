import { strict as assert } from 'node:assert';
import type { CaseGroup, ContractCase, ContractHarness } from './harness.js';
import { fresh, isQuiet, Steps } from './steps.js';

type Seeding = NonNullable<ContractHarness['seed']>;

const byStamp = (steps: Steps): ContractCase[] => [
  {
    title: 'nothing matches a resource that was never there',
    async run() {
      assert.equal((await steps.match(steps.harness.subject('User', fresh('new')))).kind, 'none');
    },
  },
  {
    title: 'a create whose answer was lost is found again by its stamp, also for a removal',
    async run() {
      const { traits, account } = await steps.create('User');
      for (const subject of [
        steps.harness.subject('User', traits),
        steps.removal('User', traits, 'retain'),
      ]) {
        const match = await steps.match(subject);
        assert.equal(match.kind, 'found');
        assert.equal(match.kind === 'found' && match.anchor, account.anchor);
        assert.equal(match.kind === 'found' && match.rule, 'stamp');
      }
    },
  },
];

const byRule = (steps: Steps, seed: Seeding): ContractCase[] => [
  {
    title: 'an existing account is adopted by an opt-in rule only, and keeps its anchor',
    async run() {
      const traits = fresh('adopted');
      const anchor = await seed('User', { name: traits.name });
      assert.equal((await steps.match(steps.harness.subject('User', traits))).kind, 'none');
      const subject = steps.harness.subject('User', { ...traits, title: 'Adopted', matchByName: true });
      const match = await steps.match(subject);
      assert.equal(match.kind, 'found');
      assert.equal(match.kind === 'found' && match.anchor, anchor);
      assert.notEqual(match.kind === 'found' && match.rule, 'stamp');
      const adopted = await steps.apply(subject, { anchor, createdByUs: false });
      assert.equal(adopted.account.anchor, anchor);
      assert.equal(adopted.account.createdByUs, false);
      assert.equal((await steps.harness.read('User', anchor))?.title, 'Adopted');
      isQuiet(await steps.plan(subject, { anchor, createdByUs: false }));
    },
  },
  {
    title: "an account with another resource's stamp is refused",
    async run() {
      const traits = fresh('foreign');
      const stamp = `another-store:${fresh('other').id}`;
      await seed('User', { name: traits.name, stamp });
      const match = await steps.match(steps.harness.subject('User', { ...traits, matchByName: true }));
      assert.equal(match.kind, 'refused');
    },
  },
];

const ambiguous = (steps: Steps, seed: Seeding): ContractCase[] => [
  {
    title: 'two accounts that match are refused, never guessed',
    async run() {
      const traits = fresh('twice');
      await seed('User', { name: traits.name });
      await seed('User', { name: traits.name });
      const match = await steps.match(steps.harness.subject('User', { ...traits, matchByName: true }));
      assert.equal(match.kind, 'refused');
      assert.match(match.kind === 'refused' ? match.detail : '', /2|two|more than one|several/i);
    },
  },
];

export function matchingCases(harness: ContractHarness): CaseGroup[] {
  const steps = new Steps(harness);
  const seed: Seeding = async (kind, account) => harness.seed!(kind, account);
  const given = harness.seed !== undefined;
  return [
    { cases: byStamp(steps) },
    { cases: byRule(steps, seed), needs: { harness: 'seed', given } },
    {
      cases: ambiguous(steps, seed),
      needs: { harness: 'seed and uniqueNames: false', given: given && !harness.uniqueNames },
    },
  ];
}
