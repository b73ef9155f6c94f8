import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/app.module.js';
import { guardBodies, hashToken } from '../../src/auth/index.js';
import { scimSettings } from '../../src/gateway-options.js';
import { GatewayLog } from '../../src/log.js';
import { readConfig } from '../../src/read-config.js';
import { configureScimHttp, scimFastifyOptions } from '../../src/scim/http/configure-http.js';

export interface Answer {
  status: number;
  text: string;
  headers: Headers;
  // Answers are looked into freely by the specifications.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  json: any;
}

const scopes = ['scim', 'operations', 'events', 'metrics'] as const;

/** The whole gateway as `main.ts` puts it together, in this process, on configuration files of its own. */
export class GatewayInProcess {
  readonly folder = mkdtempSync(join(tmpdir(), 'landfall-in-process-'));
  private app?: NestFastifyApplication;
  url = '';

  constructor(files: Record<string, string> = {}) {
    const tokens = scopes.map(
      (scope) => `  - { name: ${scope}, hash: '${hashToken(scope)}', client: generic, scopes: [${scope}] }\n`,
    );
    this.write('config/auth.yaml', `tokens:\n${tokens.join('')}`);
    this.write('config/store.yaml', 'engine: sqlite\nfile: ../store.sqlite\n');
    for (const [name, content] of Object.entries(files)) this.write(name, content);
  }

  write(name: string, content: string): void {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o600 });
  }

  async start(): Promise<this> {
    const read = await readConfig(join(this.folder, 'config'));
    if (read.problems.length > 0) throw new Error(JSON.stringify(read.problems));
    const settings = scimSettings(read.config, 'test');
    const options = { ...read, log: new GatewayLog('silent'), version: 'test' };
    this.app = await NestFactory.create<NestFastifyApplication>(
      AppModule.register(options),
      new FastifyAdapter(scimFastifyOptions(settings)),
      { logger: false, abortOnError: false },
    );
    configureScimHttp(this.app, settings);
    guardBodies(this.app);
    await this.app.listen(0, '127.0.0.1');
    this.url = await this.app.getUrl();
    return this;
  }

  async stop(): Promise<void> {
    await this.app?.close();
    this.app = undefined;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** As the token with this scope; its name is the scope's. */
  async ask(
    scope: (typeof scopes)[number] | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(scope ? { authorization: `Bearer ${scope}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
    return {
      status: response.status,
      text,
      headers: response.headers,
      json: isJson ? JSON.parse(text) : undefined,
    };
  }
}
