import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Refused, type Document } from './accounts.js';

export interface Call {
  method: string;
  /** Segments below the base path. */
  segments: string[];
  query: URLSearchParams;
  body: Document | undefined;
  headers: IncomingMessage['headers'];
}

export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export type Handler = (call: Call) => Promise<Reply> | Reply;

/** Instead of an answer. */
export type Trouble = 'reset' | 'silence' | 'lostAnswer' | Reply;

/** A bare HTTP server around a SCIM implementation that is not ours: tokens, request log, and ways to go wrong. */
export class ScimHost {
  readonly requests: { method: string; path: string; body: Document | undefined }[] = [];
  /** Decides for each request what goes wrong; undefined: nothing. */
  trouble: (call: Call) => Trouble | undefined = () => undefined;
  token = 'secret-of-the-application';
  private server?: Server;

  constructor(private readonly handler: Handler) {}

  async start(): Promise<this> {
    this.server = createServer((request, response) => void this.serve(request, response));
    await new Promise<void>((done) => this.server!.listen(0, '127.0.0.1', done));
    return this;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server!.address() as AddressInfo).port}/scim`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((done) => this.server?.close(done));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await callOf(request);
    this.requests.push({ method: call.method, path: `/${call.segments.join('/')}`, body: call.body });
    const trouble = this.trouble(call);
    if (trouble === 'silence') return;
    if (trouble === 'reset') return void request.socket.destroy();
    const reply = typeof trouble === 'object' ? trouble : await this.answer(call);
    if (trouble === 'lostAnswer') return void request.socket.destroy();
    const headers = { 'content-type': 'application/scim+json', ...reply.headers };
    response.writeHead(reply.status, headers);
    response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
  }

  private async answer(call: Call): Promise<Reply> {
    if (call.headers.authorization !== `Bearer ${this.token}`)
      return refusal(401, undefined, 'the token is not valid');
    try {
      return await this.handler(call);
    } catch (error) {
      if (error instanceof Refused) return refusal(error.status, error.scimType, error.message);
      return refusal(500, undefined, String(error));
    }
  }
}

export function refusal(status: number, scimType: string | undefined, detail: string): Reply {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:Error'];
  return { status, body: { schemas, status: String(status), ...(scimType ? { scimType } : {}), detail } };
}

async function callOf(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const url = new URL(request.url ?? '/', 'http://host');
  const text = Buffer.concat(chunks).toString();
  return {
    method: request.method ?? '',
    segments: url.pathname.split('/').slice(2).map(decodeURIComponent),
    query: url.searchParams,
    body: text.startsWith('{') ? (JSON.parse(text) as Document) : undefined,
    headers: request.headers,
  };
}
