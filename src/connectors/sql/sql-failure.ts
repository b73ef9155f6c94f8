import { ConnectorError, type ConnectorErrorKind } from '../connector.js';

interface EngineError {
  code?: string;
  errcode?: number;
  message: string;
  detail?: string;
  column?: string;
}

const sqliteCodes: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  19: 'SQLITE_CONSTRAINT',
  26: 'SQLITE_NOTADB',
  1555: 'SQLITE_CONSTRAINT_PRIMARYKEY',
  2067: 'SQLITE_CONSTRAINT_UNIQUE',
};

/** PostgreSQL's SQLSTATE (appendix A of its manual) and SQLite's result codes, by how they begin. */
const distrust = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/;

const meanings: readonly (readonly [RegExp, ConnectorErrorKind])[] = [
  [/^(23505|SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY))$/, 'conflict'],
  [/^(22|23|P0001|SQLITE_CONSTRAINT|SQLITE_TOOBIG|SQLITE_MISMATCH)/, 'rejected'],
  [/^(28|3D|3F|42|0A|SQLITE_(CANTOPEN|READONLY|CORRUPT|NOTADB|AUTH|PERM|ERROR))/, 'misconfigured'],
  [distrust, 'misconfigured'],
];

/** Work that was not committed is rolled back; only a COMMIT without an answer leaves the outcome open. */
export function sqlFailure(error: unknown, phase: 'work' | 'commit'): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const raw = error as EngineError;
  const code = codeOf(raw);
  const known = meanings.find(([pattern]) => pattern.test(code))?.[1];
  const kind = known ?? (phase === 'commit' ? 'unknown' : 'unavailable');
  const attribute = columnOf(raw);
  return new ConnectorError(
    {
      kind,
      detail: `the database refused: ${raw.message}`,
      diagnostic: [code, showsRow.has(code) ? undefined : raw.detail].filter(Boolean).join(' '),
      ...(attribute === undefined ? {} : { attribute }),
      ...(kind === 'conflict' ? { scimType: 'uniqueness' as const } : {}),
      ...(kind === 'rejected' ? { scimType: 'invalidValue' as const } : {}),
      ...(kind === 'misconfigured'
        ? {
            recommendedAction:
              'Check the connection, the rights, and the names of tables and columns in the target file.',
            mayPass: known === kind && distrust.test(code),
          }
        : {}),
    },
    error,
  );
}

/** not_null_violation, check_violation, with_check_option_violation: PostgreSQL shows the whole row, the application's own columns too. */
const showsRow = new Set(['23502', '23514', '44000']);

function codeOf({ code, errcode, message }: EngineError): string {
  if (errcode !== undefined)
    return sqliteCodes[errcode] ?? sqliteCodes[errcode & 0xff] ?? messageCode(message);
  if (code === 'SQLITE_ERROR' || code === 'ERR_SQLITE_ERROR') return messageCode(message);
  return code ?? '';
}

/** A missing table or column is SQLite's plain error. */
function messageCode(message: string): string {
  return /no such (table|column)|has no column/i.test(message) ? 'SQLITE_ERROR' : 'SQLITE_OTHER';
}

/** `Key (login)=(jdoe) already exists.` and `UNIQUE constraint failed: users.login` */
function columnOf({ detail, message, column }: EngineError): string | undefined {
  const match =
    /^Key \((?:lower\()?"?(\w+)/.exec(detail ?? '') ?? /constraint failed: \w+\.(\w+)/.exec(message);
  return column ?? match?.[1];
}
