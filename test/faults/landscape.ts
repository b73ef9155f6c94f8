import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLab, templateIn, type Lab } from '../../scripts/lab/lab.mjs';
import { LdapProxy } from '../active-directory/proxy/ldap-proxy.js';
import { GatewayProcess } from '../e2e/gateway-process.js';
import { adminClient } from '../lab.js';
import { Database } from './database.js';
import { everyoneIn } from './directory-snapshot.js';
import type { History } from './history.js';
import { SmallDisk } from './small-disk.js';
import { taken } from './user-changes.js';
import { WallClock } from './wall-clock.js';

export type Engine = 'sqlite' | 'postgres';

export interface Replica {
  name: string;
  process: GatewayProcess;
  clock: WallClock;
  /** Somebody has it down on purpose. */
  down: boolean;
}

/** As by default, but for the account name: it comes from a number of the person's own, so that names can be exchanged. */
const targetFile = (lab: Lab): string => `kind: active-directory
answer: delivered
answerWithin: 2s
users:
  onDelete: delete
  scope:
    - - { attribute: userType, operator: EQUALS, value: Employee }
  outOfScope: delete
  mapping:
    - { target: rdn, source: displayName }
    - { target: sAMAccountName, source: nickName, unique: true }
    - { target: userPrincipalName, source: userName, unique: true }
    - { target: displayName, source: displayName }
    - { target: title, source: title }
    - { target: department, source: '${enterprise}:department' }
    - { target: manager, reference: '${enterprise}:manager' }
groups: { onDelete: delete }
settings:
  servers: ['${lab.ldapUrl}']
  caFile: ${lab.caFile}
  bindDn: '${lab.bindDn}'
  bindPassword: file:../secrets/bind-password
  domain: ${lab.dnsDomain}
  upnSuffixes: ['${lab.upnSuffix}']
  users: { container: '${lab.usersOu}' }
  groups: { container: '${lab.groupsOu}' }
`;

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** The real parts of a run: a domain controller behind a proxy, a store, and the built gateways. */
export class Landscape {
  readonly replicas: Replica[] = [];
  /** Users and groups of the domain before the gateways came. */
  before: ReadonlySet<string> = new Set();
  #watching = true;
  #watch: Promise<void> = Promise.resolve();

  private constructor(
    readonly engine: Engine,
    readonly lab: Lab,
    readonly proxy: LdapProxy,
    readonly disk: SmallDisk | undefined,
    readonly database: Database | undefined,
  ) {}

  static async start(engine: Engine, replicas: number, history: History): Promise<Landscape> {
    const lab = await startController();
    const landscape = new Landscape(
      engine,
      lab,
      await LdapProxy.start(lab),
      engine === 'sqlite' ? new SmallDisk() : undefined,
      engine === 'postgres' ? await Database.start() : undefined,
    );
    try {
      await occupyNames(lab);
      landscape.before = new Set(await everyoneIn(lab));
      await landscape.launch(replicas);
    } catch (error) {
      await landscape.stop();
      throw error;
    }
    landscape.#watch = landscape.watch(history);
    return landscape;
  }

  get gateway(): GatewayProcess {
    return this.replicas[0]!.process;
  }

  get storeFile(): string {
    return join(this.disk!.folder, 'store.sqlite');
  }

  /** What the gateways have printed, all of them, in all their lives. */
  printed(): string {
    return this.replicas.map(({ process }) => process.output()).join('\n');
  }

  async relaunch(replica: Replica): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await replica.process.launch();
        return;
      } catch (error) {
        if (tries >= 200) throw error;
        await sleep(300);
      }
    }
  }

  async stop(): Promise<void> {
    this.#watching = false;
    await this.#watch;
    for (const { process, clock } of [...this.replicas].reverse()) {
      await process.stop();
      clock.remove();
    }
    await this.proxy.stop();
    await this.database?.stop();
    this.disk?.remove();
    await this.lab.kill();
    rmSync(this.lab.dir, { recursive: true, force: true });
  }

  private async launch(count: number): Promise<void> {
    const behind = Object.create(this.lab, { ldapUrl: { value: this.proxy.url } }) as Lab;
    const store = this.database
      ? 'engine: postgres\nurl: env:FAULTS_DATABASE\n'
      : `engine: sqlite\nfile: ${this.storeFile}\n`;
    for (let n = 1; n <= count; n++) {
      const clock = new WallClock();
      const env = { ...clock.env, ...(this.database ? { FAULTS_DATABASE: this.database.url } : {}) };
      const process = this.replicas[0]
        ? await this.gateway.replica(env)
        : await GatewayProcess.start(behind, { targetFile: targetFile(behind), store, env });
      this.replicas.push({ name: `gateway ${n}`, process, clock, down: false });
    }
  }

  /** As a service manager: a gateway that ended by itself is started again. */
  private async watch(history: History): Promise<void> {
    while (this.#watching) {
      for (const replica of this.replicas) {
        if (replica.down || replica.process.ended === undefined) continue;
        history.fault('gateway ended by itself', `${replica.name}: ${replica.process.ended}`);
        replica.down = true;
        await this.relaunch(replica);
        replica.down = false;
      }
      await sleep(100);
    }
  }
}

/**
 * A controller whose certificate is two days old, so that it is good as well for a gateway whose clock was set back, and on
 * an address where nobody else looks for a free one while it is stopped.
 */
async function startController(): Promise<Lab> {
  const dir = mkdtempSync(join(tmpdir(), 'landfall-dc-'));
  const clock = new WallClock();
  clock.jump(-2 * 86_400);
  const lab = await withEnvironment(clock.env, async () => {
    const first = await startLab({ dir, template: templateIn('.landfall/cache') });
    await first.stop();
    rmSync(first.caFile);
    const part = () => 1 + Math.floor(Math.random() * 254);
    writeFileSync(join(dir, 'lab.json'), JSON.stringify({ host: `127.${part()}.${part()}.${part()}` }));
    return startLab({ dir });
  }).finally(() => clock.remove());
  await lab.stop();
  await lab.start();
  return lab;
}

/** For processes that are started meanwhile. */
async function withEnvironment<T>(env: NodeJS.ProcessEnv, work: () => Promise<T>): Promise<T> {
  const former = { ...process.env };
  Object.assign(process.env, env);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(env))
      if (former[name] === undefined) delete process.env[name];
      else process.env[name] = former[name];
  }
}

/** Names that somebody has of whom the gateway knows nothing. */
async function occupyNames(lab: Lab): Promise<void> {
  const admin = await adminClient(lab);
  try {
    await admin.add(`CN=Taken,${lab.unmanagedOu}`, {
      objectClass: 'user',
      sAMAccountName: 'taken-elsewhere',
      userPrincipalName: taken.userName,
    });
    await admin.add(`CN=${taken.displayName},${lab.unmanagedOu}`, {
      objectClass: 'group',
      sAMAccountName: taken.displayName,
    });
  } finally {
    await admin.unbind();
  }
}
