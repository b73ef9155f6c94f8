import type { AdEntry } from '../session/entry.js';
import { isEnabled } from '../values/user-account-control.js';

/** What `hasPassword` looks at. */
export const PASSWORD_FACTS = ['pwdLastSet', 'userAccountControl'];

/**
 * Does an account that an add of ours made have the password that was meant for it? pwdLastSet says so, or that the
 * account is enabled, which an add without a password never is. A disabled one that must change it looks as if it had none.
 */
export function hasPassword(entry: AdEntry): boolean {
  return entry.one('pwdLastSet') !== '0' || isEnabled(entry.number('userAccountControl') ?? 0);
}
