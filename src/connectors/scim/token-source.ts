import { ConnectorError } from '../connector.js';
import { NoAnswer, type HttpClient } from './http-client.js';
import type { ClientCredentials } from './settings.js';

/** What goes into the Authorization header. */
export interface TokenSource {
  token(signal: AbortSignal): Promise<string>;
  /** The server did not take it. True: asking for another one makes sense. */
  refused(token: string): boolean;
}

export class FixedToken implements TokenSource {
  constructor(private readonly value: string) {}

  async token(): Promise<string> {
    return this.value;
  }

  refused(): boolean {
    return false;
  }
}

/** A token is renewed this long before it ends. */
const marginMs = 60_000;
const defaultLifeSeconds = 300;

/** Client credentials (RFC 6749 §4.4): one token for all requests, renewed before it ends, asked for once at a time. */
export class OAuthToken implements TokenSource {
  private current?: { value: string; until: number };
  private asking?: Promise<string>;

  constructor(
    private readonly credentials: ClientCredentials,
    private readonly http: HttpClient,
    private readonly now: () => number,
  ) {}

  async token(signal: AbortSignal): Promise<string> {
    if (this.current && this.current.until > this.now()) return this.current.value;
    this.asking ??= this.ask(signal).finally(() => (this.asking = undefined));
    return this.asking;
  }

  refused(token: string): boolean {
    if (this.current?.value === token) this.current = undefined;
    return true;
  }

  private async ask(signal: AbortSignal): Promise<string> {
    const { status, text } = await this.post(signal);
    const answer = jsonOf(text);
    if (status === 429 || status >= 500) {
      throw new ConnectorError({ kind: 'unavailable', detail: `the token endpoint answered ${status}` });
    }
    if (status !== 200 || typeof answer.access_token !== 'string') {
      const reason = String(answer.error_description ?? answer.error ?? '');
      throw new ConnectorError({
        kind: 'misconfigured',
        detail: `the token endpoint refused the client credentials: ${status} ${reason}`.trim(),
        recommendedAction: 'Check settings.oauth: tokenUrl, clientId, clientSecret and scope.',
      });
    }
    const seconds = Number(answer.expires_in ?? defaultLifeSeconds);
    const life = Math.max(1000, seconds * 1000 - Math.min(marginMs, seconds * 100));
    this.current = { value: answer.access_token, until: this.now() + life };
    return answer.access_token;
  }

  private async post(signal: AbortSignal) {
    const { tokenUrl, clientId, clientSecret, scope } = this.credentials;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      ...(scope === undefined ? {} : { scope }),
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const request = { method: 'POST', url: new URL(tokenUrl), headers, body: form.toString() };
    try {
      return await this.http.send(request, signal);
    } catch (error) {
      const untrusted = error instanceof NoAnswer && error.untrusted;
      const kind = untrusted ? 'misconfigured' : 'unavailable';
      throw new ConnectorError(
        { kind, detail: `the token endpoint gave no answer: ${String(error)}`, mayPass: untrusted },
        error,
      );
    }
  }
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
