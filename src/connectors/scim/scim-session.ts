import { refuseAborted } from '../abort.js';
import { ConnectorError } from '../connector.js';
import type { JsonObject } from '../../schema/types.js';
import { NoAnswer, type HttpAnswer, type HttpClient } from './http-client.js';
import type { Pacing } from './pacing.js';
import { refusalOf, ScimRefusal, type Asked, type Method } from './scim-failure.js';
import type { TokenSource } from './token-source.js';

const SCIM_JSON = 'application/scim+json';

export interface Exchange {
  query?: Record<string, string>;
  body?: JsonObject;
  ifMatch?: string;
  /** Statuses that are an answer rather than a refusal. */
  accept?: readonly number[];
}

export interface Answer {
  status: number;
  body: JsonObject;
  headers: HttpAnswer['headers'];
}

/** Speaks SCIM (RFC 7644) to one server: signs in, keeps to its limits, and says what a refusal means. */
export class ScimSession {
  constructor(
    private readonly baseUrl: string,
    private readonly http: HttpClient,
    private readonly tokens: TokenSource,
    private readonly pacing: Pacing,
  ) {}

  /** `path` begins with a slash; two segments name one resource. */
  async send(method: Method, path: string, exchange: Exchange, signal: AbortSignal): Promise<Answer> {
    refuseAborted(signal);
    const asked: Asked = { method, path, resource: path.split('/').length > 2 };
    for (let renewed = false; ;) {
      const token = await this.tokens.token(signal);
      await this.pacing.turn(signal);
      const answer = await this.exchange(asked, exchange, token, signal);
      if (succeeded(answer, exchange))
        return { status: answer.status, headers: answer.headers, body: bodyOf(answer, asked) };
      if (answer.status === 401 && !renewed && this.tokens.refused(token)) renewed = true;
      else if (!this.waitsFor(answer)) throw new ScimRefusal(refusalOf(answer), asked);
    }
  }

  close(): void {
    this.http.close();
  }

  /** Too many requests, or back at a time that was named: nothing was executed. */
  private waitsFor({ status, headers }: HttpAnswer): boolean {
    const retryAfter = headers['retry-after'];
    if (status !== 429 && (status !== 503 || retryAfter === undefined)) return false;
    if (this.pacing.holdBack(retryAfter)) return true;
    throw this.pacing.later();
  }

  private async exchange(
    asked: Asked,
    { query, body, ifMatch }: Exchange,
    token: string,
    signal: AbortSignal,
  ) {
    const url = new URL(this.baseUrl.replace(/\/+$/, '') + asked.path);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const headers: Record<string, string> = {
      accept: `${SCIM_JSON}, application/json`,
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': SCIM_JSON }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const { method } = asked;
    try {
      return await this.http.send(
        { method, url, headers, ...(text === undefined ? {} : { body: text }) },
        signal,
      );
    } catch (error) {
      throw failureOf(error, asked);
    }
  }
}

/** A read that got no answer changed nothing; a write may have. */
function failureOf(error: unknown, { method, path }: Asked): ConnectorError {
  if (!(error instanceof NoAnswer)) throw error;
  const what = `${method} ${path} got no answer (${error.code})`;
  if (error.untrusted) {
    const recommendedAction = 'Check the certificate of the server, settings.baseUrl and settings.caFile.';
    return new ConnectorError(
      { kind: 'misconfigured', detail: what, recommendedAction, mayPass: true },
      error,
    );
  }
  const kind = error.sent && method !== 'GET' ? 'unknown' : 'unavailable';
  return new ConnectorError({ kind, detail: what, diagnostic: error.code }, error);
}

function succeeded({ status }: HttpAnswer, { accept }: Exchange): boolean {
  return (status >= 200 && status < 300) || (accept?.includes(status) ?? false);
}

function bodyOf({ text, status }: HttpAnswer, { method, path }: Asked): JsonObject {
  if (text.trim() === '') return {};
  try {
    const body = JSON.parse(text) as unknown;
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as JsonObject;
  } catch (error) {
    if (status >= 400) return {};
    const detail = `${method} ${path} was answered with something that is not JSON`;
    throw new ConnectorError(
      { kind: 'misconfigured', detail, recommendedAction: 'Check settings.baseUrl.' },
      error,
    );
  }
  return {};
}
