import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../../scripts/free-port.mjs';
import type { Lab } from '../../scripts/lab/lab.mjs';
import { adminClient } from '../lab.js';

export interface GatewayOptions {
  /** Addresses of the controllers in targets/ad.yaml. Default: the lab's own. */
  servers?: string[];
  /** Added to targets/ad.yaml. */
  target?: string;
  /** `users:` of targets/ad.yaml. */
  users?: string;
  /** `groups:` of targets/ad.yaml. */
  groups?: string;
  /** Instead of the whole targets/ad.yaml. */
  targetFile?: string;
  store?: string;
  delivery?: string;
  /** More configuration files, by name below `config/`. */
  files?: Record<string, string>;
  /** Added to the environment of the process. */
  env?: NodeJS.ProcessEnv;
}

const readyWithinMs = 30_000;
const names = ['entra', 'generic', 'operations'] as const;

/** The built gateway as a process of its own, with ordinary configuration files in a folder that goes with it. */
export class GatewayProcess {
  private process!: ChildProcess;
  private printed = '';

  private constructor(
    readonly folder: string,
    readonly port: number,
    readonly tokens: Record<(typeof names)[number], string>,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static async start(lab: Lab, options: GatewayOptions = {}): Promise<GatewayProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'landfall-gateway-'));
    const tokens = Object.fromEntries(
      names.map((name) => [name, randomBytes(24).toString('base64url')]),
    ) as GatewayProcess['tokens'];
    const gateway = new GatewayProcess(folder, await freePort(), tokens, options.env ?? {});
    gateway.writeConfig(lab, options);
    await gateway.launch();
    return gateway;
  }

  /** Another gateway with the same configuration. The folder goes with the first. */
  async replica(env: NodeJS.ProcessEnv = {}): Promise<GatewayProcess> {
    const gateway = new GatewayProcess(this.folder, await freePort(), this.tokens, { ...this.env, ...env });
    await gateway.launch();
    return gateway;
  }

  /** How the process ended; undefined while it runs. */
  get ended(): string | undefined {
    const { exitCode, signalCode } = this.process;
    return exitCode === null && signalCode === null ? undefined : (signalCode ?? `exit ${exitCode}`);
  }

  get scimUrl(): string {
    return `http://127.0.0.1:${this.port}/scim/v2`;
  }

  get config(): string {
    return join(this.folder, 'config');
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** Everything the process has printed. */
  output(): string {
    return this.printed;
  }

  /** Starts the process on the store and configuration that are there. */
  async launch(): Promise<void> {
    this.process = spawn(process.execPath, ['dist/src/main.js'], {
      env: { ...process.env, ...this.env, LANDFALL_CONFIG: this.config, PORT: String(this.port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout!.on('data', (chunk: Buffer) => (this.printed += chunk.toString()));
    this.process.stderr!.on('data', (chunk: Buffer) => (this.printed += chunk.toString()));
    const end = performance.now() + readyWithinMs;
    for (;;) {
      const ready = await fetch(`http://127.0.0.1:${this.port}/health/ready`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
      if (this.process.exitCode !== null || performance.now() > end)
        throw new Error(`the gateway did not start:\n${this.printed}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** SIGKILL: nothing is tidied up. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill(signal);
    await ended;
  }

  // Answers are looked into freely by the specifications.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  async operations(method: string, path: string, body?: object): Promise<any> {
    const response = await fetch(`http://127.0.0.1:${this.port}/operations/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.tokens.operations}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** Resolves when nothing is due any more in the target; what is parked or held waits for a person. */
  async settled(withinMs = 60_000, target = 'ad'): Promise<void> {
    const end = performance.now() + withinMs;
    for (;;) {
      const { links, openEdges } = await this.operations('GET', `/targets/${target}`);
      if (!links.due && !links.removing && openEdges.due === 0) return;
      if (performance.now() > end)
        throw new Error(
          `still due after ${withinMs} ms: ${JSON.stringify({ links, openEdges })}\n${this.printed.slice(-3000)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  cli(...parameters: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const child = spawn(
      process.execPath,
      [
        'dist/src/cli/main.js',
        '--config',
        this.config,
        '--url',
        `http://127.0.0.1:${this.port}`,
        ...parameters,
      ],
      {
        env: { ...process.env, LANDFALL_TOKEN: this.tokens.operations },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    return new Promise((resolve) =>
      child.once('exit', (code) => resolve({ code: code ?? 1, stdout, stderr })),
    );
  }

  /** What the user does at the first sign-in, as far as the controller is concerned: pwdLastSet is not 0 any more. */
  async clearMustChange(lab: Lab, sAMAccountName: string): Promise<void> {
    const client = await adminClient(lab);
    const { searchEntries } = await client.search(lab.usersOu, {
      filter: `(sAMAccountName=${sAMAccountName})`,
      attributes: ['dn'],
    });
    const { Attribute, Change } = await import('ldapts');
    await client.modify(
      searchEntries[0]!.dn,
      new Change({
        operation: 'replace',
        modification: new Attribute({ type: 'pwdLastSet', values: ['-1'] }),
      }),
    );
    await client.unbind();
  }

  private writeConfig(lab: Lab, options: GatewayOptions): void {
    const write = (name: string, content: string) =>
      writeFileSync(join(this.folder, name), content, { mode: 0o600 });
    for (const name of ['config', 'config/targets', 'secrets']) mkdirSync(join(this.folder, name));
    write('secrets/bind-password', lab.bindPassword);
    write('secrets/sealing-key', randomBytes(32).toString('base64'));
    write('config/server.yaml', 'host: 127.0.0.1\nlogLevel: warn\n');
    write('config/auth.yaml', `tokens:\n${names.map((name) => this.tokenEntry(name)).join('')}`);
    write('config/store.yaml', options.store ?? 'engine: sqlite\nfile: ../store.sqlite\n');
    write(
      'config/delivery.yaml',
      `secrets: { keys: [{ name: test, value: 'file:../secrets/sealing-key' }] }\nretry: { first: 200ms, longest: 2s }\n${options.delivery ?? ''}`,
    );
    for (const [name, content] of Object.entries(options.files ?? {})) {
      mkdirSync(dirname(join(this.config, name)), { recursive: true });
      write(`config/${name}`, content);
    }
    write('config/targets/ad.yaml', options.targetFile ?? this.targetFile(lab, options));
  }

  private tokenEntry(name: (typeof names)[number]): string {
    const hash = createHash('sha256').update(this.tokens[name]).digest('hex');
    const client = name === 'entra' ? 'entra' : 'generic';
    const scope = name === 'operations' ? '[operations, metrics]' : '[scim]';
    return `  - { name: ${name}, hash: 'sha256:${hash}', client: ${client}, source: ${name}, scopes: ${scope} }\n`;
  }

  private targetFile(
    lab: Lab,
    {
      servers = [lab.ldapUrl],
      target = '',
      users = '{ onDelete: delete }',
      groups = '{ onDelete: delete }',
    }: GatewayOptions,
  ): string {
    return `kind: active-directory
answer: delivered
users: ${users}
groups: ${groups}
settings:
  servers: ${JSON.stringify(servers)}
  caFile: ${lab.caFile}
  bindDn: '${lab.bindDn}'
  bindPassword: file:../secrets/bind-password
  domain: ${lab.dnsDomain}
  upnSuffixes: ['${lab.upnSuffix}']
  users: { container: '${lab.usersOu}' }
  groups: { container: '${lab.groupsOu}' }
${target}`;
  }

  /** Every file the gateway keeps, as one text; for looking for what must not be there. */
  storedBytes(): string {
    return ['store.sqlite', 'store.sqlite-wal']
      .map((name) => {
        try {
          return readFileSync(join(this.folder, name), 'latin1');
        } catch {
          return '';
        }
      })
      .join('');
  }
}
