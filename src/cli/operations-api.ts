import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { CliError } from './cli-error.js';

export interface GatewayAccess {
  config: string;
  tokenFile?: string;
  url?: string;
}

interface Sent {
  method: string;
  type?: string;
  body?: RequestInit['body'];
  /** What fetch wants to hear where a body is a stream. */
  duplex?: 'half';
}

export type Query = Record<string, string | undefined>;

/** Verbs that look into or change the running gateway go through its operations API: nothing else opens the store. */
export class OperationsApi {
  /** Known from the first request on. */
  private base = '';
  private readonly token: string;

  constructor(private readonly access: GatewayAccess) {
    this.token = tokenOf(access);
  }

  get<T>(path: string, query: Query = {}): Promise<T> {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = new URLSearchParams(given).toString();
    return this.send<T>('GET', search === '' ? path : `${path}?${search}`);
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return this.send<T>('POST', path, body);
  }

  /** Sends a file as it is read; `sent` is told how many bytes are on their way. */
  upload<T>(path: string, file: string, sent: (bytes: number) => void): Promise<T> {
    const content = createReadStream(file);
    let bytes = 0;
    content.on('data', (chunk) => sent((bytes += chunk.length)));
    const body = Readable.toWeb(content) as RequestInit['body'];
    return this.answer<T>(path, { method: 'POST', type: 'text/csv', body, duplex: 'half' });
  }

  /** Writes what is answered into a file. */
  async download(path: string, file: string): Promise<void> {
    const response = await this.fetch(path, { method: 'GET' });
    if (!response.ok || !response.body)
      throw this.refused(response, parsed(await response.text()) as object, path);
    await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(file));
  }

  private send<T>(method: string, path: string, body?: object): Promise<T> {
    return this.answer<T>(
      path,
      body ? { method, type: 'application/json', body: JSON.stringify(body) } : { method },
    );
  }

  private async fetch(path: string, { type, ...request }: Sent): Promise<Response> {
    this.base ||= await gatewayUrl(this.access);
    return fetch(`${this.base}/operations/v1${path}`, {
      ...request,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(type === undefined ? {} : { 'content-type': type }),
      },
    }).catch((error: unknown) => {
      throw new CliError(
        `no gateway answers at ${this.base} (${cause(error)}). Is it running? Name another with --url or --config.`,
      );
    });
  }

  private async answer<T>(path: string, sent: Sent): Promise<T> {
    const response = await this.fetch(path, sent);
    const answer = parsed(await response.text());
    if (response.ok && answer !== undefined) return answer as T;
    throw this.refused(response, answer as { message?: unknown; detail?: unknown } | undefined, path);
  }

  private refused(
    response: Response,
    answer: { message?: unknown; detail?: unknown } | undefined,
    path: string,
  ): CliError {
    if (answer === undefined) {
      return new CliError(
        `what answers at ${this.base} is not a Landfall gateway (${response.status}). Name another with --url.`,
      );
    }
    const said = String(answer.message ?? answer.detail ?? response.statusText);
    if (response.status === 404 && /^Cannot (GET|POST) /.test(said)) {
      return new CliError(
        `the gateway at ${this.base} does not offer ${path.split('?')[0]}; is it of this version?`,
      );
    }
    const ownFault = response.status === 401 || response.status === 403;
    return new CliError(
      ownFault ? `${said} (token from ${tokenPlace(this.access)})` : said,
      ownFault ? 2 : 1,
    );
  }
}

function parsed(text: string): unknown {
  try {
    return text === '' ? {} : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function cause(error: unknown): string {
  const inner = (error as { cause?: { code?: string } }).cause;
  return inner?.code ?? (error instanceof Error ? error.message : String(error));
}

async function gatewayUrl({ url, config }: GatewayAccess): Promise<string> {
  const given = url ?? process.env.LANDFALL_URL;
  if (given !== undefined && given !== '') return checkedUrl(given);
  const { loadConfig } = await import('../config/load-config.js');
  const { server } = loadConfig(config, { kinds: [], withoutSecrets: true }).config;
  const everywhere = server.host === '0.0.0.0' || server.host === '::';
  const host = everywhere ? '127.0.0.1' : server.host.includes(':') ? `[${server.host}]` : server.host;
  return `${server.tls ? 'https' : 'http'}://${host}:${server.port}`;
}

function checkedUrl(given: string): string {
  if (!/^https?:\/\//.test(given) || !URL.canParse(given))
    throw new CliError(`"${given}" is no address: http://host:port`, 2);
  return given.replace(/\/+$/, '');
}

/** Where the quickstart keeps the token for the configuration that it writes. */
const besideConfig = (config: string) => join(config, '..', 'secrets', 'operations-token');

function tokenPlace({ config, tokenFile }: GatewayAccess): string {
  if (tokenFile !== undefined) return tokenFile;
  return process.env.LANDFALL_TOKEN ? 'LANDFALL_TOKEN' : besideConfig(config);
}

function tokenOf({ config, tokenFile }: GatewayAccess): string {
  if (tokenFile === undefined && process.env.LANDFALL_TOKEN) return process.env.LANDFALL_TOKEN;
  const file = tokenFile ?? besideConfig(config);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  if (tokenFile !== undefined) throw new CliError(`the file ${tokenFile} does not exist`, 2);
  throw new CliError(
    'a token with the scope operations is needed: set LANDFALL_TOKEN, or name its file with --token-file. ' +
      'Make one with: landfall token create NAME --scopes operations',
    2,
  );
}
