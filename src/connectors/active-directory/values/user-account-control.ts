/** userAccountControl (MS-ADTS §2.2.16). */
export const ACCOUNT_DISABLED = 0x2;
export const PASSWORD_NOT_REQUIRED = 0x20;
export const NORMAL_ACCOUNT = 0x200;
export const PASSWORD_NEVER_EXPIRES = 0x10000;
const TYPES = 0x100 | NORMAL_ACCOUNT | 0x800 | 0x1000 | 0x2000;

export function isNormalAccount(control: number): boolean {
  return (control & TYPES) === NORMAL_ACCOUNT;
}

export function isEnabled(control: number): boolean {
  return (control & ACCOUNT_DISABLED) === 0;
}

/** Changes the one bit that we own; whatever else an administrator set stays. */
export function withEnabled(control: number, enabled: boolean): number {
  return enabled ? control & ~ACCOUNT_DISABLED : control | ACCOUNT_DISABLED;
}
