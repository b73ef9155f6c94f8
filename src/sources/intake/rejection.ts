import { IdentityError, type IdentityErrorCode } from '../../identity/identity.errors.js';
import { ScimError } from '../../schema/scim-error.js';
import type { FeedRecord, RecordResult } from '../feed.js';

const statuses: Partial<Record<IdentityErrorCode, number>> = {
  notFound: 404,
  notUnique: 409,
  versionMismatch: 412,
};

/** A record that is wrong. What is nobody's fault at the source (a target that is down, a failure of ours) is thrown on. */
export function rejection(record: Pick<FeedRecord, 'place' | 'externalId'>, error: unknown): RecordResult {
  const { place, externalId } = record;
  const rejected: RecordResult = { place, externalId, outcome: 'rejected', changes: [] };
  if (error instanceof ScimError) {
    const { status, detail: reason, scimType } = error;
    return { ...rejected, reason, status, ...(scimType === undefined ? {} : { scimType }) };
  }
  if (!(error instanceof IdentityError) || error.code === 'targetUnavailable') throw error;
  const { code, detail: reason, extra } = error;
  const scimType = extra.scimType;
  return {
    ...rejected,
    reason: code === 'notUnique' ? `${reason} ${howToMatch(extra.attribute)}` : reason,
    status: statuses[code] ?? 400,
    ...(scimType === undefined ? {} : { scimType }),
  };
}

const howToMatch = (attribute = 'it') =>
  `If both are the same person or group, name "${attribute}" under match in the source's file.`;
