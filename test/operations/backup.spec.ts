import { copyFileSync, existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sqliteEngine } from '../../src/store/sqlite-engine.js';
import { beginEpoch } from '../../src/store/backup/restore.js';
import { runCli } from '../cli/run-cli.js';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import { createStores } from '../../src/store/stores.js';
import { onEveryEngine } from '../store/stores.js';
import { GatewayInProcess } from './gateway-in-process.js';

const target = `kind: sql
answer: stored
settings: { engine: sqlite, file: ../application.sqlite, users: { table: users, enabled: active }, groups: { table: teams }, memberships: { table: team_members } }
`;
const user = (userName: string, displayName = userName) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName,
  displayName,
});

/** The gateway with an application's database as its target: what is there survives a restart of either. */
class Scene {
  readonly gateway = new GatewayInProcess({
    'config/targets/application.yaml': target,
    'application.sqlite': '',
  });
  readonly application = sqliteEngine().open(join(this.gateway.folder, 'application.sqlite'));

  constructor() {
    this.application.exec(
      `CREATE TABLE users (id text PRIMARY KEY, landfall_stamp text, user_name text NOT NULL UNIQUE, display_name text,
         given_name text, family_name text, email text, active integer);
       CREATE TABLE teams (id text PRIMARY KEY, landfall_stamp text, display_name text);
       CREATE TABLE team_members (group_id text, member_id text, PRIMARY KEY (group_id, member_id));`,
    );
  }

  rows() {
    return this.application.prepare('SELECT user_name, display_name FROM users ORDER BY user_name').all() as {
      user_name: string;
      display_name: string;
    }[];
  }

  names = () => this.rows().map(({ user_name, display_name }) => `${user_name}: ${display_name}`);

  operations(method: string, path: string, body?: object) {
    return this.gateway.ask('operations', method, `/operations/v1${path}`, body);
  }

  async job(path: string, body: object) {
    let { job } = (await this.operations('POST', path, body)).json;
    const end = performance.now() + 10_000;
    while (job.state === 'running') {
      if (performance.now() > end) throw new Error(`not in time: ${JSON.stringify(job)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      job = (await this.operations('GET', `/jobs/${job.id}`)).json;
    }
    return job;
  }

  async until(condition: () => unknown): Promise<void> {
    const end = performance.now() + 10_000;
    while (!(await condition())) {
      if (performance.now() > end) throw new Error(`not in time: ${condition.toString()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  create = async (userName: string): Promise<string> =>
    (await this.gateway.ask('scim', 'POST', '/scim/v2/Users', user(userName))).json.id;

  restore = (file: string) =>
    runCli(['--config', join(this.gateway.folder, 'config'), '--json', 'restore', file], {});
}

describe('Backup and restore', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = new Scene();
    await scene.gateway.start();
  });
  afterEach(async () => {
    scene.application.close();
    await scene.gateway.remove();
  });

  it('copies the store completely while it is written to, for this account only', async () => {
    let written = 0;
    let stop = false;
    const writer = (async () => {
      for (; !stop; written++) await scene.create(`user${String(written).padStart(4, '0')}`);
    })();
    await scene.until(() => written > 40);
    const before = written;
    const file = join(scene.gateway.folder, 'copy.sqlite');
    const job = await scene.job('/backup', { file });
    const after = written;
    stop = true;
    await writer;
    expect(job).toMatchObject({ state: 'done', result: { counts: { bytes: statSync(file).size } } });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(`${file}.partial`)).toBe(false);
    const copy = sqliteEngine().open(file);
    const count = (sql: string) => (copy.prepare(sql).get() as { n: number }).n;
    const resources = count('SELECT COUNT(*) AS n FROM resource');
    expect(resources).toBeGreaterThanOrEqual(before);
    expect(resources).toBeLessThanOrEqual(after + 1);
    expect(count('SELECT COUNT(*) AS n FROM link')).toBe(resources);
    expect(count('SELECT COUNT(*) AS n FROM resource_key')).toBe(resources);
    expect(copy.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
    copy.close();
    const again = await scene.job('/backup', { file });
    expect(again).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('exists already') as string,
    });
  });

  it('writes nothing after a restore until the reconcile of the target was accepted, then converges', async () => {
    const nora = await scene.create('nora');
    await scene.create('olga');
    await scene.until(() => scene.rows().length === 2);
    const file = join(scene.gateway.folder, 'copy.sqlite');
    await scene.job('/backup', { file });
    const changed = await scene.gateway.ask('scim', 'PUT', `/scim/v2/Users/${nora}`, user('nora', 'Nora N.'));
    const etag = changed.headers.get('etag')!;
    await scene.create('vera');
    await scene.until(() => scene.names().join() === 'nora: Nora N.,olga: olga,vera: vera');
    const locked = await scene.restore(file);
    expect([locked.code, locked.stderr]).toEqual([1, expect.stringContaining('in use')]);
    await scene.gateway.stop();

    const { code, stdout, stderr } = await scene.restore(file);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      paused: ['application'],
      former: expect.stringContaining('before-restore') as string,
    });
    await scene.gateway.start();
    const status = (await scene.operations('GET', '/targets/application')).json;
    expect(status).toMatchObject({ state: 'paused', pause: { reason: 'restore' } });
    const stale = await scene.gateway.ask('scim', 'PUT', `/scim/v2/Users/${nora}`, user('nora', 'X'), {
      'if-match': etag,
    });
    expect(stale.status).toBe(412);
    await scene.create('rosa');
    await scene.operations('POST', '/targets/application/pause');
    const early = await scene.operations('POST', '/targets/application/resume', { accept: true });
    expect([early.status, early.json.message]).toEqual([409, expect.stringContaining('landfall reconcile')]);

    const look = await scene.job('/reconcile', { target: 'application' });
    expect(look.result.counts).toMatchObject({ drifted: 1, orphans: 1 });
    const unseen = await scene.operations('POST', '/targets/application/resume');
    expect([unseen.status, unseen.json.message]).toEqual([
      409,
      expect.stringContaining('the target is ahead of the store'),
    ]);
    expect(scene.names()).toEqual(['nora: Nora N.', 'olga: olga', 'vera: vera']);
    const resumed = await scene.operations('POST', '/targets/application/resume', { accept: true });
    expect(resumed.json).toMatchObject({ state: 'active', preview: { drifted: 1, orphans: 1 } });
    await scene.job('/reconcile', { target: 'application', apply: true });
    await scene.until(() => scene.names().join() === 'nora: nora,olga: olga,rosa: rosa,vera: vera');
  });

  it('pauses also a target that is newer than the backup, and switched off while it is restored', async () => {
    const file = join(scene.gateway.folder, 'copy.sqlite');
    await scene.job('/backup', { file });
    await scene.gateway.stop();
    scene.gateway.write('config/targets/later.yaml', 'kind: memory\nenabled: false\nanswer: stored\n');
    expect((await scene.restore(file)).code).toBe(0);
    scene.gateway.write('config/targets/later.yaml', 'kind: memory\nanswer: stored\n');
    await scene.gateway.start();
    const status = (await scene.operations('GET', '/targets/later')).json;
    expect(status).toMatchObject({ state: 'paused', pause: { reason: 'restore' } });
  });

  it('creates nothing, pauses and tells when the target is ahead of a store that was put back behind its back', async () => {
    await scene.create('nora');
    const file = join(scene.gateway.folder, 'copy.sqlite');
    await scene.job('/backup', { file });
    await scene.create('vera');
    await scene.until(() => scene.rows().length === 2);
    await scene.gateway.stop();
    const store = join(scene.gateway.folder, 'store.sqlite');
    for (const suffix of ['-wal', '-shm']) rmSync(store + suffix, { force: true });
    copyFileSync(file, store);
    scene.gateway.write(
      'config/targets/application.yaml',
      `${target}users: { mapping: [{ target: user_name, source: userName, match: true }] }\n`,
    );
    await scene.gateway.start();

    await scene.create('vera');
    const status = async () => (await scene.operations('GET', '/targets/application')).json;
    await scene.until(async () => (await status()).state === 'paused');
    expect((await status()).pause).toMatchObject({
      reason: 'restore',
      detail: expect.stringContaining('ahead of a store') as string,
    });
    expect(scene.rows().map(({ user_name }) => user_name)).toEqual(['nora', 'vera']);
    const early = await scene.operations('POST', '/targets/application/resume', { accept: true });
    expect(early.status).toBe(409);
    const look = await scene.job('/reconcile', { target: 'application' });
    expect(look.result.counts).toMatchObject({ orphans: 1 });
    await scene.operations('POST', '/targets/application/resume', { accept: true });
    // What a person has seen is an ordinary orphan: the name is taken, and the target goes on.
    await scene.until(async () => (await status()).links.parked === 1);
    await scene.create('olga');
    await scene.until(() => scene.rows().some(({ user_name }) => user_name === 'olga'));
    expect((await status()).state).toBe('active');
  });

  it('refuses what is no copy of a store, and leaves the store as it is', async () => {
    await scene.create('nora');
    await scene.gateway.stop();
    const refused = await scene.restore(join(scene.gateway.folder, 'application.sqlite'));
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('is not a copy of a store')]);
    expect((await scene.restore(join(scene.gateway.folder, 'nowhere'))).stderr).toContain('does not exist');
    await scene.gateway.start();
    const { json } = await scene.gateway.ask('scim', 'GET', '/scim/v2/Users');
    expect(json.totalResults).toBe(1);
  });
});

describe('A store that went back in time', () => {
  onEveryEngine((open) => {
    it('tells every gateway of the new epoch, also one that was not stopped', async () => {
      const { store, resources } = await open();
      const replica = await createStores(store, SchemaRegistry.builtIn());
      const before = [await resources.epoch(), await replica.resources.epoch()];
      expect(new Set(before).size).toBe(1);
      if (store.options.engine === 'sqlite') return; // The lock lets nobody restore a store that is open.
      const epoch = await beginEpoch(store, []);
      expect([await resources.epoch(), await replica.resources.epoch()]).toEqual([epoch, epoch]);
    });

    it('has a new epoch, no sealed passwords, and pauses every target, also those it did not know', async () => {
      const { store, delivery } = await open();
      const epoch = () => store.reader.get("SELECT value FROM store_fact WHERE name = 'epoch'");
      const before = await epoch();
      await delivery.targetStore.register('ad', '1');
      await store.unitOfWork.run((tx) =>
        delivery.sealed.insert(tx, {
          id: 's',
          linkId: 'l',
          resourceId: 'r',
          target: 'ad',
          purpose: 'set',
          cipher: 'c',
          keyName: 'k',
          sealedAt: 0,
          expiresAt: 1,
          delivered: false,
        }),
      );
      await beginEpoch(store, ['ad', 'erp']);
      expect(await epoch()).not.toEqual(before);
      expect(await delivery.sealed.ofLink('l')).toEqual([]);
      await delivery.targetStore.register('erp', '1');
      expect(await delivery.targetStore.all()).toMatchObject([
        { name: 'ad', state: 'paused', pause: { reason: 'restore' } },
        { name: 'erp', state: 'paused', pause: { reason: 'restore' }, revision: '1' },
      ]);
      await delivery.targetStore.pause('ad', { reason: 'misconfigured', detail: 'no', at: 1 });
      expect((await delivery.targetStore.get('ad'))?.pause?.reason).toBe('restore');
    });
  });
});
