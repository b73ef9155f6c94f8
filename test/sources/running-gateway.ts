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

export interface Answered {
  status: number;
  // Answers are looked into freely by the specifications.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
}

/** The whole gateway in this process, on configuration files of its own and without a target. */
export class RunningGateway {
  private constructor(
    private readonly app: NestFastifyApplication,
    private readonly folder: string,
    readonly url: string,
  ) {}

  /** `tokens`: name to scopes; a token's text is its name. */
  static async start(
    tokens: Record<string, string[]>,
    files: Record<string, string> = {},
  ): Promise<RunningGateway> {
    const folder = mkdtempSync(join(tmpdir(), 'landfall-running-'));
    const write = (name: string, content: string) => {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content, { mode: 0o600 });
    };
    const entries = Object.entries(tokens).map(
      ([name, scopes]) =>
        `  - { name: ${name}, hash: '${hashToken(name)}', client: generic, scopes: [${scopes.join(', ')}] }`,
    );
    write('auth.yaml', `tokens:\n${entries.join('\n')}\n`);
    write('store.yaml', 'engine: sqlite\nfile: store.sqlite\n');
    for (const [name, content] of Object.entries(files)) write(name, content);
    const { problems, ...read } = await readConfig(folder);
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    const settings = scimSettings(read.config, 'test');
    const app = await NestFactory.create<NestFastifyApplication>(
      AppModule.register({ ...read, log: new GatewayLog('error'), version: 'test' }),
      new FastifyAdapter(scimFastifyOptions(settings)),
      { logger: false },
    );
    configureScimHttp(app, settings);
    guardBodies(app);
    await app.listen(0, '127.0.0.1');
    return new RunningGateway(app, folder, await app.getUrl());
  }

  async ask(
    method: string,
    path: string,
    token: string,
    body?: unknown,
    type = 'application/scim+json',
  ): Promise<Answered> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  operations(method: string, path: string, body?: unknown): Promise<Answered> {
    return this.ask(method, `/operations/v1${path}`, 'operations', body, 'application/json');
  }

  async stop(): Promise<void> {
    await this.app.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
