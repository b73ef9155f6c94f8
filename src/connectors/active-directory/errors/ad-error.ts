import { errorRows, type ErrorRow } from './error-rows.js';

/** What was asked when the error came, in the words of the table: `add`, `modify member`, `modifyDN`, `bind`, `connect`, … */
export type AdOperation = string;

/** An answer of the domain controller, or the lack of one, recognised. */
export class AdError extends Error {
  constructor(
    readonly row: ErrorRow,
    readonly operation: AdOperation,
    readonly resultCode: number | undefined,
    readonly win32: string | undefined,
    /** The controller's own text: for the log, never for a client. */
    readonly text: string,
    /** Attribute that the text names. */
    readonly attribute: string | undefined,
    /** False when it is certain that nothing was executed. */
    readonly sent: boolean,
    cause: unknown,
  ) {
    super(text, { cause });
    this.name = 'AdError';
  }

  get satisfied(): boolean {
    return this.row.satisfied;
  }

  /** The compare-and-swap was lost: the old value is no longer there. */
  get lostRace(): boolean {
    return this.resultCode === 16 && this.row.retryMode === 'verify-first';
  }

  /** Broken, not silent: another connection may do. */
  get connectionLost(): boolean {
    return this.resultCode === undefined && this.operation !== 'connect' && !/timed out/.test(this.text);
  }

  get unknownOutcome(): boolean {
    return this.resultCode === undefined && this.sent;
  }

  /** GUID of the member that a text of Samba blames. */
  get memberGuid(): string | undefined {
    return /for target GUID ([0-9a-f-]{36})/i.exec(this.text)?.[1]?.toLowerCase();
  }
}

const NOT_SENT =
  /Socket connection not established|ECONNREFUSED|EHOSTUNREACH|ENOTFOUND|Connection timeout|certificate|altnames|self.signed/i;

/** Recognises anything that the client library throws. */
export function recognise(error: unknown, operation: AdOperation): AdError {
  if (error instanceof AdError) return error;
  const raw = error instanceof Error ? error.message : String(error);
  const text = raw.replace(/\s*Code: 0x[0-9a-f]+\s*$/i, '').trim();
  const code = (error as { code?: unknown } | null)?.code;
  const resultCode = typeof code === 'number' ? code : undefined;
  const words = typeof code === 'string' ? `${code} ${text}` : text;
  const win32 = /^([0-9A-F]{8}): /i.exec(text)?.[1]?.toUpperCase();
  const connecting = resultCode === undefined && operation === 'connect';
  const row = rowFor(resultCode, win32, words, operation);
  const sent = resultCode === undefined && !connecting && !NOT_SENT.test(words);
  return new AdError(row, operation, resultCode, win32, text, attributeIn(text), sent, error);
}

/** The row that fits best: its pattern of the text, then the Win32 code, then the operation, then the default of the result code. */
export function rowFor(
  resultCode: number | undefined,
  win32: string | undefined,
  text: string,
  operation: AdOperation,
): ErrorRow {
  let best: ErrorRow | undefined;
  let bestScore = -1;
  for (const row of errorRows) {
    const score = row.resultCode === resultCode ? scoreOf(row, win32, text, operation) : -1;
    if (score > bestScore) {
      best = row;
      bestScore = score;
    }
  }
  return best ?? unrecognised(resultCode);
}

function scoreOf(row: ErrorRow, win32: string | undefined, text: string, operation: AdOperation): number {
  if (row.operation === 'default') return 0;
  if (row.match && !row.match.test(text)) return -1;
  if (row.win32 && row.win32.toUpperCase() !== win32 && !row.match) return -1;
  if (!row.match && !row.win32 && row.resultCode === undefined) return -1;
  const fit = operationFit(row.operation, operation);
  if (fit === 0 && row.satisfied) return -1;
  if (fit === 0 && !row.match && !row.win32) return -1;
  return (row.match ? 4 : 0) + (row.win32?.toUpperCase() === win32 && win32 ? 2 : 0) + fit;
}

/** `add/modify unicodePwd` covers `add`, `modify` and, best, `modify unicodePwd`. */
function operationFit(named: string, operation: AdOperation): number {
  if (named === operation) return 1;
  if (named === 'any') return 0.3;
  const [verbs, object] = named.split(' ');
  const [verb, wanted] = operation.split(' ');
  if (!verbs!.split('/').includes(verb!.split('/')[0]!)) return 0;
  if (object === wanted) return 0.9;
  return object === undefined ? 0.5 : 0;
}

function unrecognised(resultCode: number | undefined): ErrorRow {
  return {
    resultCode,
    win32: undefined,
    operation: 'default',
    retryMode: resultCode === undefined ? 'verify-first' : 'none',
    status: resultCode === undefined ? 503 : 500,
    scimType: undefined,
    satisfied: false,
    meaning:
      resultCode === undefined
        ? 'The connection failed'
        : `An answer that is not in the table (result code ${resultCode})`,
    match: undefined,
  };
}

const ATTRIBUTE_PATTERNS = [
  /Att [0-9a-f]+ \(([A-Za-z][\w-]*)\)/,
  /attribute '([A-Za-z][\w-]*)'/,
  /attribute ([A-Za-z][\w-]*) on entry/,
  /SINGLE-VALUE attribute ([A-Za-z][\w-]*) on/,
  /\b(userPrincipalName|sAMAccountName|servicePrincipalName|unicodePwd)\b/i,
];

function attributeIn(text: string): string | undefined {
  for (const pattern of ATTRIBUTE_PATTERNS) {
    const name = pattern.exec(text)?.[1];
    if (name) return name.toLowerCase() === 'samaccountname' ? 'sAMAccountName' : name;
  }
  return undefined;
}
