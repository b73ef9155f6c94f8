import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { rootCertificates } from 'node:tls';

export interface HttpRequest {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body?: string;
}

export interface HttpAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** No answer came. `sent`: the server may have received the request. */
export class NoAnswer extends Error {
  constructor(
    readonly code: string,
    readonly sent: boolean,
    cause: unknown,
  ) {
    super(code, { cause });
    this.name = 'NoAnswer';
  }

  /** The certificate is at fault: trying again changes nothing. */
  get untrusted(): boolean {
    return /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|EPROTO|ERR_SSL/.test(this.code);
  }
}

const mostBytes = 256 * 1024 * 1024;

/**
 * HTTP with verified TLS and an authority of the administrator's choice, which the global fetch cannot be given,
 * and with the knowledge whether a request without an answer had left.
 */
export class HttpClient {
  private readonly plain = new http.Agent({ keepAlive: true });
  private readonly secure: https.Agent;

  constructor(
    private readonly timeoutMs: number,
    caFile: string | undefined,
  ) {
    const ca = caFile === undefined ? {} : { ca: [...rootCertificates, readFileSync(caFile, 'utf8')] };
    this.secure = new https.Agent({ keepAlive: true, ...ca });
  }

  close(): void {
    this.plain.destroy();
    this.secure.destroy();
  }

  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { method, url, body } = request;
    const isSecure = url.protocol === 'https:';
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const headers = { ...request.headers, ...length };
    const options = { method, headers, agent: isSecure ? this.secure : this.plain };
    return new Promise((resolve, reject) => {
      let sent = false;
      const outgoing = (isSecure ? https : http).request(url, {
        ...options,
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.timeoutMs)]),
      });
      outgoing.on('socket', (socket) => {
        if (!socket.connecting) sent = true;
        else socket.once(isSecure ? 'secureConnect' : 'connect', () => (sent = true));
      });
      const fail = (error: NodeJS.ErrnoException) =>
        reject(new NoAnswer(error.code ?? error.name, sent, error));
      outgoing.on('error', fail);
      outgoing.on('response', (incoming) => collect(incoming).then(resolve, fail));
      outgoing.end(body);
    });
  }
}

async function collect(incoming: http.IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw new Error('ANSWER_TOO_LARGE');
    chunks.push(chunk);
  }
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    text: Buffer.concat(chunks).toString('utf8'),
  };
}
