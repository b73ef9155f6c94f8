import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../scripts/free-port.mjs';

const readyWithinMs = 30_000;

/** The built gateway as a process, with its files in a folder and a domain controller behind the given address. */
export class OwnGateway {
  tokens = {
    entra: randomBytes(24).toString('base64url'),
    operations: randomBytes(24).toString('base64url'),
  };
  #process;

  constructor(root, folder) {
    this.root = root;
    this.folder = folder;
  }

  async start(lab, ldapUrl) {
    this.port = await freePort();
    this.#write(lab, ldapUrl);
    const out = openSync(join(this.folder, 'gateway.log'), 'w');
    this.#process = spawn(process.execPath, ['dist/src/main.js'], {
      cwd: this.root,
      env: { ...process.env, LANDFALL_CONFIG: join(this.folder, 'config'), PORT: String(this.port) },
      stdio: ['ignore', out, out],
    });
    const end = performance.now() + readyWithinMs;
    while (!(await this.#ready())) {
      if (this.#process.exitCode !== null || performance.now() > end)
        throw new Error(`the gateway did not start; see ${this.folder}/gateway.log`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async stop() {
    if (!this.#process || this.#process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    await ended;
  }

  /** Seconds until nothing is due any more. */
  async settled(withinSeconds) {
    const started = performance.now();
    for (;;) {
      const status = await this.#status();
      const seconds = (performance.now() - started) / 1000;
      if (!status.links.due && !status.links.removing && status.openEdges === 0)
        return { seconds, links: status.links };
      if (seconds > withinSeconds) throw new Error(`still due: ${JSON.stringify(status)}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async #status() {
    const answer = await fetch(`http://127.0.0.1:${this.port}/operations/v1/targets/ad`, {
      headers: { authorization: `Bearer ${this.tokens.operations}` },
    });
    return answer.json();
  }

  #ready() {
    return fetch(`http://127.0.0.1:${this.port}/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
  }

  #write(lab, ldapUrl) {
    for (const name of ['config/targets', 'secrets']) mkdirSync(join(this.folder, name), { recursive: true });
    const write = (name, content) => writeFileSync(join(this.folder, name), content, { mode: 0o600 });
    const hash = (name) => `sha256:${createHash('sha256').update(this.tokens[name]).digest('hex')}`;
    write('secrets/bind-password', lab.bindPassword);
    write('secrets/sealing-key', randomBytes(32).toString('base64'));
    write('config/server.yaml', 'host: 127.0.0.1\nlogLevel: warn\n');
    write('config/store.yaml', 'engine: sqlite\nfile: ../store.sqlite\n');
    write(
      'config/auth.yaml',
      `tokens:
  - { name: entra, hash: '${hash('entra')}', client: entra, source: entra, scopes: [scim] }
  - { name: operations, hash: '${hash('operations')}', client: generic, source: operations, scopes: [operations] }
`,
    );
    write(
      'config/delivery.yaml',
      "secrets: { keys: [{ name: bench, value: 'file:../secrets/sealing-key' }] }\n",
    );
    write(
      'config/targets/ad.yaml',
      `kind: active-directory
answer: delivered
settings:
  servers: ['${ldapUrl}']
  caFile: ${lab.caFile}
  bindDn: '${lab.bindDn}'
  bindPassword: file:../secrets/bind-password
  domain: ${lab.dnsDomain}
  upnSuffixes: ['${lab.upnSuffix}']
  users: { container: '${lab.usersOu}' }
  groups: { container: '${lab.groupsOu}' }
`,
    );
  }
}
