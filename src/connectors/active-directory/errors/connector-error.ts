import { ConnectorError, type ConnectorErrorKind, type ConnectorErrorShape } from '../../connector.js';
import { AdError } from './ad-error.js';

export interface Circumstances {
  /** What was being done, for a person: `create Jane Doe`. */
  doing: string;
  /** Attribute at fault where the text names none. */
  attribute?: string;
}

const REMEDIES: Readonly<Record<string, string>> = {
  '0000052D':
    'Choose a longer or more complex password that does not contain the account name and was not used before.',
  '00002098':
    'Grant the service account the right with the script of `landfall target rights`, or see whether the account is protected (adminCount).',
  '00000005': 'Grant the service account the right with the script of `landfall target rights`.',
  '000020B5': 'The object that is referred to does not exist on this domain controller.',
  '00002010': 'See to the RID master of the domain.',
  '000021C8':
    'Another account of the forest has this sign-in name; change one of the two, or match by userPrincipalName to adopt it.',
};

const BY_RESULT_CODE: Readonly<Record<number, string>> = {
  8: 'Use ldaps:// or startTls.',
  49: 'Check bindDn and bindPassword in the target file, and whether the service account is locked, disabled or expired.',
  50: 'Grant the service account the right with the script of `landfall target rights`, or see whether the account is protected (adminCount).',
  66: 'Remove the objects below the account, or set leavers.deleteChildren.',
};

/** 401 and 403 never come from here: Entra takes them for its own credentials and stops the whole job. */
export function kindOf(error: AdError): ConnectorErrorKind {
  const { row, operation, resultCode } = error;
  if (resultCode === undefined) return transportKind(error);
  if (operation === 'bind') return row.retryMode === 'backoff' ? 'unavailable' : 'misconfigured';
  if (error.lostRace || row.retryMode === 'backoff') return 'unavailable';
  if (row.retryMode === 'verify-first') return 'unknown';
  if (row.status === 404 && resultCode === 32) return 'missing';
  if (row.status === 409 && row.scimType === 'uniqueness') return 'conflict';
  if (row.status === 503) return 'misconfigured';
  return 'rejected';
}

function transportKind(error: AdError): ConnectorErrorKind {
  if (error.row.operation === 'encode') return 'rejected';
  if (/certificate|altnames|self.signed/i.test(error.text)) return 'misconfigured';
  return error.sent && writes(error.operation) ? 'unknown' : 'unavailable';
}

function writes(operation: string): boolean {
  return /^(add|modify|modifyDN|delete)\b/.test(operation);
}

/** What delivery is told. The controller's own text goes to the log only. */
export function connectorError(error: AdError, circumstances: Circumstances): ConnectorError {
  const kind = kindOf(error);
  const attribute = error.attribute ?? circumstances.attribute;
  const code =
    error.resultCode === undefined
      ? ''
      : ` (LDAP ${error.resultCode}${error.win32 ? `/${error.win32}` : ''})`;
  const about = attribute ? `, attribute ${attribute}` : '';
  const remedy = (error.win32 && REMEDIES[error.win32]) ?? BY_RESULT_CODE[error.resultCode ?? -1];
  return new ConnectorError(
    {
      kind,
      detail: `Active Directory could not ${circumstances.doing}${about}: ${error.row.meaning}${code}.${remedy ? ` ${remedy}` : ''}`,
      ...(attribute ? { attribute } : {}),
      ...scimTypeOf(error, kind),
      ...(remedy ? { recommendedAction: remedy } : {}),
      diagnostic: error.text,
      // Without a session no password was shown: a certificate can be looked at as often as one likes.
      ...(kind === 'misconfigured' && error.resultCode === undefined ? { mayPass: true } : {}),
      outcomeKnown: kind !== 'unknown',
    },
    error,
  );
}

function scimTypeOf(error: AdError, kind: ConnectorErrorKind): Pick<ConnectorErrorShape, 'scimType'> {
  if (kind !== 'rejected' && kind !== 'conflict') return {};
  const { scimType } = error.row;
  return scimType === 'uniqueness' || scimType === 'invalidValue' || scimType === 'mutability'
    ? { scimType }
    : {};
}
