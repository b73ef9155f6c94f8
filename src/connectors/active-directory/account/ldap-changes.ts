import { Attribute, Change } from 'ldapts';
import { ConnectorError, type Applied } from '../../connector.js';
import type { AdError } from '../errors/ad-error.js';
import type { AdEntry, EntryValue } from '../session/entry.js';
import { passwordValue } from '../values/password-value.js';
import { NORMAL_ACCOUNT, withEnabled } from '../values/user-account-control.js';
import type { AccountSteps, AttributeWrite } from './steps.js';

export function attribute(type: string, values: readonly EntryValue[]): Attribute {
  const bytes = values.map((value) => (typeof value === 'string' ? Buffer.from(value) : value));
  return new Attribute({ type, values: bytes });
}

/** Everything that changes about an account, as one modify. */
export function changesOf(steps: AccountSteps, entry: AdEntry): Change[] {
  const replace = ({ name, values }: AttributeWrite) =>
    new Change({ operation: 'replace', modification: attribute(name, values) });
  const changes = steps.writes.map(replace);
  if (steps.password)
    changes.push(replace({ name: 'unicodePwd', values: [passwordValue(steps.password.value)] }));
  const now = entry.number('userAccountControl') ?? NORMAL_ACCOUNT;
  const wanted = steps.enable === undefined ? now : withEnabled(now, steps.enable);
  if (wanted !== now) {
    changes.push(
      new Change({ operation: 'delete', modification: attribute('userAccountControl', [String(now)]) }),
    );
    changes.push(
      new Change({ operation: 'add', modification: attribute('userAccountControl', [String(wanted)]) }),
    );
  }
  if (steps.password?.mustChange) changes.push(replace({ name: 'pwdLastSet', values: ['0'] }));
  return changes;
}

/** Somebody else has the value. */
export function isUniqueness(error: AdError): boolean {
  return error.row.scimType === 'uniqueness' || error.resultCode === 68;
}

/** The same error, with what was carried out before it. */
export function withApplied(error: ConnectorError, applied: Applied): ConnectorError {
  const {
    kind,
    detail,
    attribute: name,
    scimType,
    holder,
    diagnostic,
    recommendedAction,
    outcomeKnown,
  } = error;
  return new ConnectorError(
    {
      kind,
      detail,
      outcomeKnown,
      applied,
      ...(name === undefined ? {} : { attribute: name }),
      ...(scimType === undefined ? {} : { scimType }),
      ...(holder === undefined ? {} : { holder }),
      ...(diagnostic === undefined ? {} : { diagnostic }),
      ...(recommendedAction === undefined ? {} : { recommendedAction }),
    },
    error.cause,
  );
}
