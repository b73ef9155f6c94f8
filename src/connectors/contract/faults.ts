import { strict as assert } from 'node:assert';
import type { ConnectorErrorKind } from '../connector.js';
import type { CaseGroup, ContractCase, ContractHarness, Fault } from './harness.js';
import { failsWith, fresh, isQuiet, Steps } from './steps.js';

async function during(fault: Fault | Promise<Fault>, work: () => Promise<unknown>): Promise<void> {
  const broken = await fault;
  try {
    await work();
  } finally {
    await broken.mend();
  }
}

/** Nothing was executed: afterwards the same work goes through. */
function nothingExecuted(steps: Steps, kind: ConnectorErrorKind): ContractCase {
  const fault = (where: 'reading' | 'writing') => steps.harness.faults![kind]!(where);
  return {
    title: `\`${kind}\` is told, and the same work goes through once it is mended`,
    async run() {
      const { traits, account } = await steps.create('User');
      const changed = steps.harness.subject('User', { ...traits, title: 'Later' });
      await during(fault('reading'), () => failsWith(kind, () => steps.plan(changed, account)));
      const plan = await steps.plan(changed, account);
      await during(fault('writing'), () => failsWith(kind, () => steps.execute(plan)));
      assert.equal((await steps.read('User', account))?.title, 'Engineer');
      await steps.apply(changed, account);
      assert.equal((await steps.read('User', account))?.title, 'Later');
    },
  };
}

/** The target refuses this one resource. */
function refusedWrite(steps: Steps, kind: ConnectorErrorKind): ContractCase {
  const fault = (where: 'reading' | 'writing') => steps.harness.faults![kind]!(where);
  return {
    title: `\`${kind}\` is told of a write, its outcome is known, and nothing was written`,
    async run() {
      const { traits, account } = await steps.create('User');
      const plan = await steps.plan(steps.harness.subject('User', { ...traits, title: 'Refused' }), account);
      await during(fault('writing'), async () => {
        const error = await failsWith(kind, () => steps.execute(plan));
        assert.equal(error.outcomeKnown, true);
      });
      assert.equal((await steps.read('User', account))?.title, 'Engineer');
    },
  };
}

/** Sent, no answer: looking first finds what happened, so nothing exists twice. */
function unknownOutcome(steps: Steps): ContractCase {
  const fault = () => steps.harness.faults!.unknown!('writing');
  return {
    title: '`unknown` is told of a create without an answer, and looking first makes no second account',
    async run() {
      const traits = { ...fresh('lost'), title: 'Engineer' };
      const subject = steps.harness.subject('User', traits);
      const plan = await steps.plan(subject);
      await during(fault(), async () => {
        const error = await failsWith('unknown', () => steps.execute(plan));
        assert.equal(error.outcomeKnown, false);
      });
      const match = await steps.match(subject);
      const known = match.kind === 'found' ? { anchor: match.anchor, createdByUs: true } : undefined;
      const { account } = await steps.apply(subject, known);
      assert.equal(await steps.harness.count('User', traits.name), 1);
      isQuiet(await steps.plan(subject, account));
    },
  };
}

function takenName(steps: Steps): ContractCase {
  return {
    title: 'a name that another account has is `conflict` and names the attribute',
    async run() {
      const { traits } = await steps.create('User');
      const error = await failsWith('conflict', () =>
        steps.apply(steps.harness.subject('User', { ...fresh('clash'), name: traits.name })),
      );
      assert.equal(error.scimType, 'uniqueness');
      assert.ok(error.attribute, 'the attribute at fault is named');
      assert.equal(await steps.harness.count('User', traits.name), 1);
    },
  };
}

function unhealthy(steps: Steps): ContractCase {
  return {
    title: 'check finds nothing wrong with a target in order, and something with a broken one',
    async run() {
      const errors = async () =>
        (await steps.harness.connector().check(AbortSignal.timeout(30_000))).filter(
          ({ severity }) => severity === 'error',
        );
      assert.deepEqual(await errors(), []);
      const fault = steps.harness.faults?.misconfigured ?? steps.harness.faults?.unavailable;
      if (fault) await during(fault('reading'), async () => assert.ok((await errors()).length > 0));
    },
  };
}

export function faultCases(harness: ContractHarness): CaseGroup[] {
  const steps = new Steps(harness);
  const provoked = (kind: ConnectorErrorKind, one: ContractCase): CaseGroup => ({
    cases: [one],
    needs: { harness: `faults.${kind}`, given: harness.faults?.[kind] !== undefined },
  });
  return [
    { cases: [unhealthy(steps)] },
    { cases: [takenName(steps)], needs: { harness: 'uniqueNames: true', given: harness.uniqueNames } },
    ...(['unavailable', 'misconfigured'] as const).map((kind) =>
      provoked(kind, nothingExecuted(steps, kind)),
    ),
    ...(['rejected', 'conflict'] as const).map((kind) => provoked(kind, refusedWrite(steps, kind))),
    provoked('unknown', unknownOutcome(steps)),
  ];
}
