import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../config/load-config.js';

/** Exit codes: 1 failed, 2 usage or configuration, 3 changes pending. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly code: 1 | 2 | 3 = 1,
  ) {
    super(message);
  }
}

export interface GatewayAccess {
  config: string;
  tokenFile?: string;
  url?: string;
}

/** Verbs that look into or change the running gateway go through its operations API: nothing else opens the store. */
export class OperationsApi {
  private readonly url: string;
  private readonly token: string;

  constructor(access: GatewayAccess) {
    const { server } = loadConfig(access.config, { kinds: [], withoutSecrets: true }).config;
    const host = server.host === '0.0.0.0' || server.host === '::' ? '127.0.0.1' : server.host;
    this.url = `${(access.url ?? process.env.LANDFALL_URL ?? `http://${host}:${server.port}`).replace(/\/$/, '')}/operations/v1`;
    this.token = tokenOf(access);
  }

  get<T>(path: string, query: Record<string, string | undefined> = {}): Promise<T> {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = new URLSearchParams(given).toString();
    return this.send<T>('GET', search === '' ? path : `${path}?${search}`);
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return this.send<T>('POST', path, body);
  }

  private async send<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).catch((error: unknown) => {
      throw new CliError(
        `no gateway answers at ${this.url} (${cause(error)}). Is it running? Name another with --url.`,
      );
    });
    const text = await response.text();
    const answer = text === '' ? {} : (JSON.parse(text) as { message?: unknown; detail?: unknown });
    if (response.ok) return answer as T;
    throw new CliError(
      String(
        (answer as { message?: unknown }).message ??
          (answer as { detail?: unknown }).detail ??
          `${response.status}`,
      ),
    );
  }
}

function cause(error: unknown): string {
  const inner = (error as { cause?: { code?: string } }).cause;
  return inner?.code ?? (error instanceof Error ? error.message : String(error));
}

function tokenOf({ config, tokenFile }: GatewayAccess): string {
  const file = tokenFile ?? join(config, '..', 'secrets', 'operations-token');
  if (tokenFile === undefined && process.env.LANDFALL_TOKEN) return process.env.LANDFALL_TOKEN;
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  throw new CliError(
    'a token with the scope operations is needed: set LANDFALL_TOKEN, or name its file with --token-file',
    2,
  );
}
