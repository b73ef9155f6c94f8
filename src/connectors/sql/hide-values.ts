import { ConnectorError } from '../connector.js';
import type { ColumnWrite } from './row-writes.js';

/** A database repeats values, whole or in pieces, in what it says of a refused write: of a row with secrets it is not shown. */
export function withoutSecrets(error: unknown, writes: readonly ColumnWrite[]): unknown {
  if (!(error instanceof ConnectorError) || !writes.some(({ secret }) => secret)) return error;
  if (error.kind !== 'rejected' && error.kind !== 'conflict') return error;
  const { constraint } = (error.cause ?? {}) as { constraint?: string };
  const by = constraint === undefined ? '' : ` by ${constraint}`;
  return new ConnectorError({
    ...error,
    detail: `the database refused the row${by}; its own words are not shown, because the row has secret columns`,
    diagnostic: error.diagnostic?.split(' ')[0],
  });
}
