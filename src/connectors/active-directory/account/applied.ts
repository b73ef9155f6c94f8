import type { Applied } from '../../connector.js';
import type { AdEntry } from '../session/entry.js';
import type { AccountSteps } from './steps.js';

/** Read back after a write: what the domain decided, for other targets and for people. */
export const FACTS = [
  ...['distinguishedName', 'sAMAccountName', 'userPrincipalName'],
  ...['mail', 'objectSid', 'objectGUID'],
];

export function appliedTo(entry: AdEntry, steps: AccountSteps, passwordSet: boolean): Applied {
  const facts: Record<string, string> = {
    distinguishedName: entry.dn,
    objectGUID: entry.guid,
    objectSid: entry.sid,
  };
  for (const name of ['sAMAccountName', 'userPrincipalName', 'mail']) {
    const value = entry.one(name);
    if (value !== undefined) facts[name] = value;
  }
  return {
    anchor: entry.guid,
    createdByUs: steps.createdByUs,
    facts,
    ...(passwordSet ? { passwordSet } : {}),
    warnings: steps.warnings,
  };
}
