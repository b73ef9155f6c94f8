import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The compiled command as a process of its own, with an environment that has no settings of the machine in it. */
export function runCli(
  parameters: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string; until?: RegExp } = {},
): Promise<Ended> {
  const {
    LANDFALL_TOKEN: _token,
    LANDFALL_CONFIG: _config,
    LANDFALL_URL: _url,
    PORT: _port,
    ...inherited
  } = process.env;
  const child = spawn(process.execPath, ['dist/src/cli/main.js', ...parameters], {
    env: { ...inherited, ...options.env },
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    ended.stdout += chunk.toString();
    if (options.until?.test(ended.stdout)) child.kill('SIGINT');
  });
  child.stderr.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()));
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ended, code }));
  });
}

export interface Asked {
  method: string;
  url: string;
  authorization?: string;
  body: unknown;
}

/** An HTTP server that answers what a specification says and remembers what it was asked. */
export class AnsweringServer {
  readonly asked: Asked[] = [];
  answer: (asked: Asked) => { status?: number; body: unknown } = () => ({ body: {} });
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      void bodyOf(request).then((text) => {
        const asked = {
          method: request.method ?? '',
          url: request.url ?? '',
          authorization: request.headers.authorization,
          body: text === '' ? undefined : (JSON.parse(text) as unknown),
        };
        this.asked.push(asked);
        const { status = 200, body } = this.answer(asked);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
