import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from './history.js';
import type { Outcome } from './possible.js';

export interface Request {
  method: string;
  path: string;
  body?: object;
}

export interface Reply {
  outcome: Outcome;
  /** 0: no answer came. */
  status: number;
  body: Record<string, unknown>;
  /** How it reads in a history. */
  told: string;
}

export interface Endpoint {
  name: string;
  scimUrl: string;
}

const patienceMs = 60_000;
const startPatienceMs = 120_000;

/** Sends requests to the replicas in turn, as a load balancer does, and says what is known from each answer. */
export class ScimClient {
  #turn = 0;

  constructor(
    private readonly endpoints: readonly Endpoint[],
    private readonly token: string,
    private readonly history: History,
  ) {}

  async send(request: Request): Promise<Reply> {
    const end = performance.now() + startPatienceMs;
    for (;;) {
      const endpoint = this.endpoints[this.#turn++ % this.endpoints.length]!;
      const began = performance.now();
      const at = this.history.at;
      const reply = await this.exchange(endpoint, request);
      if (reply !== 'refused connection') {
        const ms = Math.round(performance.now() - began);
        if (request.method !== 'GET') this.history.answered(answerKind(reply), ms);
        const asked = `${at} ${request.method} ${request.path} ${request.body ? JSON.stringify(request.body) : ''}`;
        const detail = typeof reply.body.detail === 'string' ? ` ${reply.body.detail}` : '';
        return {
          ...reply,
          told: `${asked} via ${endpoint.name}: ${reply.status || 'no answer'}${detail} (${ms} ms)`,
        };
      }
      if (performance.now() > end) throw new Error(`nobody listens at ${endpoint.scimUrl}`);
      await sleep(100);
    }
  }

  /** A connection that was refused: the request was not sent. */
  private async exchange(
    endpoint: Endpoint,
    { method, path, body }: Request,
  ): Promise<Omit<Reply, 'told'> | 'refused connection'> {
    try {
      const response = await fetch(endpoint.scimUrl + path, {
        method,
        signal: AbortSignal.timeout(patienceMs),
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(body ? { 'content-type': 'application/scim+json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      const { status } = response;
      return {
        outcome: status < 300 ? 'done' : status < 500 ? 'refused' : 'unknown',
        status,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      };
    } catch (error) {
      const { name, cause } = error as Error & { cause?: { code?: string } };
      if (cause?.code === 'ECONNREFUSED') return 'refused connection';
      if (name === 'TimeoutError')
        this.history.differs('no answer', path, `${method} was not answered within ${patienceMs} ms`);
      return { outcome: 'unknown', status: 0, body: {} };
    }
  }
}

function answerKind({ status }: { status: number }): string {
  return status === 0 ? 'no answer' : String(status);
}
