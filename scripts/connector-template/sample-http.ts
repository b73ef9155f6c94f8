import { ConnectorError, refuseAborted } from '../../src/connectors/connector-kit.js';
import type { SampleSettings } from './settings.js';

export interface Call {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: object;
  /** The path names one account: what is refused is refused to it alone, and 404 says that it is gone. */
  account?: boolean;
}

/** Causes of a failed `fetch` that come before anything is sent. */
const notSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const notTrusted = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/;

/** One call of the API. Everything that can go wrong becomes a ConnectorError here, and nowhere else. */
export class SampleHttp {
  constructor(private readonly settings: SampleSettings) {}

  /**
   * The body of a good answer. `signal` ends when delivery gives up this attempt, `timeoutMs` when this one call has
   * taken too long; both are in force until the body is read.
   */
  async call<T>(call: Call, signal: AbortSignal): Promise<T> {
    refuseAborted(signal);
    const { url, token, timeoutMs } = this.settings;
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${url}${call.path}`, {
        method: call.method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      status = response.status;
      text = await response.text();
    } catch (error) {
      throw noAnswer(call, error);
    }
    if (status < 200 || status > 299) throw refusal(call, status, text);
    return parsed<T>(call, text);
  }
}

const writes = ({ method }: Call) => method !== 'GET';
const named = ({ method, path }: Call) => `${method} ${path}`;

/** A write that may have arrived is `unknown`: it is looked for before it is repeated. A read has changed nothing. */
const lost = (call: Call) => (writes(call) ? 'unknown' : 'unavailable');

function noAnswer(call: Call, error: unknown): ConnectorError {
  const { cause } = error as { cause?: { code?: string } };
  const code = cause?.code ?? (error as Error).name;
  const detail = `${named(call)} got no answer (${code})`;
  if (notSent.has(code)) return new ConnectorError({ kind: 'unavailable', detail }, error);
  if (notTrusted.test(code))
    return new ConnectorError({ kind: 'misconfigured', mayPass: true, detail }, error);
  return new ConnectorError({ kind: lost(call), detail }, error);
}

/** RFC 9110 §15. What the application says goes into `diagnostic`, for the log. */
function refusal(call: Call, status: number, text: string): ConnectorError {
  const detail = `${named(call)} was answered with ${status}`;
  const diagnostic = text.slice(0, 2000);
  const refused = (kind: ConnectorError['kind']) => new ConnectorError({ kind, detail, diagnostic });
  if (status === 429 || status === 503) return refused('unavailable');
  if (status >= 500) return refused(lost(call));
  if (status === 401 || status < 400) return refused('misconfigured');
  if (status === 404) return refused(call.account ? 'missing' : 'misconfigured');
  if (status === 403) return refused(call.account ? 'rejected' : 'misconfigured');
  if (status === 409)
    return new ConnectorError({
      kind: 'conflict',
      scimType: 'uniqueness',
      attribute: 'name',
      detail,
      diagnostic,
    });
  return refused('rejected');
}

/** A good status with something else than JSON comes from a proxy or a login page in between. */
function parsed<T>(call: Call, text: string): T {
  try {
    return (text === '' ? undefined : JSON.parse(text)) as T;
  } catch (error) {
    const kind = writes(call) ? 'unknown' : 'misconfigured';
    throw new ConnectorError({ kind, detail: `the answer to ${named(call)} is no JSON` }, error);
  }
}
