/** The classes of the configuration files: what may stand in each, checked, explained and documented from one place. */
export { AuthFile, FailuresBlock, TokenEntry } from './files/auth-file.js';
export { AuthorityEntry } from './files/authority-entry.js';
export {
  DeliveryFile,
  ReconcileBlock,
  RetryBlock,
  SealingKeyEntry,
  SecretsBlock,
} from './files/delivery-file.js';
export { EventsFile, SigningKeyEntry } from './files/events-file.js';
export { GuardBlock } from './files/guard-block.js';
export { ActionsBlock, MappingEntry, ObjectBlock, ScopeClauseEntry } from './files/object-block.js';
export { RuleGroupEntry } from './files/rule-group-entry.js';
export { ScimFile } from './files/scim-file.js';
export { ServerFile, TlsBlock } from './files/server-file.js';
export { SourceFile } from './files/source-file.js';
export { StoreFile } from './files/store-file.js';
export { TargetFile } from './files/target-file.js';
