/**
 * The public face of the connectors for packages outside this repository: `import … from 'landfall/connector-kit'`.
 * Owns: nothing. Read next: connector.ts, kind.ts, contract/index.ts and docs/connectors.md.
 */
export * from './connector.js';
export * from './kind.js';
export { refuseAborted } from './abort.js';
export {
  composeMembersPlan,
  composePlan,
  HIDDEN,
  shown,
  type MembersStep,
  type PlanParts,
} from './compose-plan.js';
export {
  contractCases,
  leftOutCases,
  type ContractCase,
  type ContractHarness,
  type Fault,
  type LeftOutCase,
  type SeenAccount,
  type Traits,
} from './contract/index.js';
export { FilePath, Secret, Setting } from './setting.js';
export * from './setting-rules.js';
export type { MappingLine, ObjectMapping } from '../mapping/types.js';
