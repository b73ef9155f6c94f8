/**
 * What every connector does, as cases that any test runner can run.
 * Owns: the behaviour that delivery relies on. Leaves to the harness: how the target is looked at and broken.
 * Read next: harness.ts, then accounts.ts; `memory/` is the smallest connector that passes.
 */
import { accountCases } from './accounts.js';
import { faultCases } from './faults.js';
import type { CaseGroup, ContractCase, ContractHarness, LeftOutCase } from './harness.js';
import { listingCases } from './listing.js';
import { matchingCases } from './matching.js';
import { memberCases } from './members.js';
import { removalCases } from './removals.js';

export type { ContractCase, ContractHarness, Fault, LeftOutCase, SeenAccount, Traits } from './harness.js';

/** `for (const { title, run } of contractCases(harness)) it(title, run);` */
export function contractCases(harness: ContractHarness): ContractCase[] {
  return groupsOf(harness).flatMap(({ cases, needs }) => (needs?.given === false ? [] : cases));
}

/**
 * What was not tested, so that nobody takes it for passed:
 * `for (const { title, needs, run } of leftOutCases(harness)) it.skip(`${title} (needs ${needs})`, run);`
 */
export function leftOutCases(harness: ContractHarness): LeftOutCase[] {
  return groupsOf(harness).flatMap(({ cases, needs }) =>
    needs?.given === false ? cases.map((one) => ({ ...one, needs: needs.harness })) : [],
  );
}

function groupsOf(harness: ContractHarness): CaseGroup[] {
  return [
    ...accountCases(harness),
    ...matchingCases(harness),
    ...removalCases(harness),
    ...memberCases(harness),
    ...faultCases(harness),
    ...listingCases(harness),
  ];
}
