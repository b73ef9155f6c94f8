import { execFile } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Connector, Subject } from '../../src/connectors/connector.js';
import { contractCases, type ContractHarness } from '../../src/connectors/contract/index.js';
import { ldif, LdifSettings } from '../../src/connectors/ldif/index.js';
import type { Lab } from '../../scripts/lab/lab.mjs';
import { ldapsearch, type Entry } from '../e2e/ldapsearch.js';
import { SmallDisk } from '../faults/small-disk.js';
import { useLab } from '../lab.js';
import { connectorContext } from './connector-context.js';
import { desiredSubject } from './desired-subject.js';

const run = promisify(execFile);
const stampAttribute = 'msDS-cloudExtensionAttribute1';
const soon = () => AbortSignal.timeout(20_000);

function settingsFor(folder: string, usersOu: string, groupsOu: string): LdifSettings {
  return Object.assign(new LdifSettings(), {
    folder,
    users: { container: usersOu },
    groups: { container: groupsOu },
    enableWithoutPassword: true,
  });
}

/** sAMAccountName is the name; the RDN follows it. */
function subjectOf(kind: string, traits: Parameters<ContractHarness['subject']>[1]): Subject {
  const names = {
    name: 'rdn',
    title: kind === 'Group' ? 'info' : 'title',
    createOnly: kind === 'Group' ? 'info' : 'department',
  };
  return desiredSubject(kind, traits, names);
}

/** What a person would do with the files: hand everything new to OpenLDAP's ldapmodify, under the delegated account. */
class Reviewer {
  private readonly applied = new Map<string, number>();

  constructor(
    private readonly folder: string,
    private readonly lab: Lab,
  ) {}

  async applyNew(): Promise<void> {
    const files = existsSync(this.folder)
      ? readdirSync(this.folder).filter((name) => name.endsWith('.ldif'))
      : [];
    for (const name of files.sort()) {
      const content = readFileSync(join(this.folder, name));
      const from = this.applied.get(name) ?? 0;
      if (content.length === from) continue;
      await this.modify(content.subarray(from).toString('utf8'));
      this.applied.set(name, content.length);
    }
  }

  private async modify(text: string): Promise<void> {
    const file = join(this.folder, 'reviewed.txt');
    writeFileSync(file, text);
    const { ldapUrl, bindDn, bindPassword, caFile } = this.lab;
    const options = { env: { ...process.env, LDAPTLS_CACERT: caFile } };
    await run('ldapmodify', ['-H', ldapUrl, '-D', bindDn, '-w', bindPassword, '-f', file], options);
  }
}

describe('the LDIF connector', () => {
  const lab = useLab('ldif-files');
  const folder = mkdtempSync(join(tmpdir(), 'landfall-ldif-'));
  let connector: Connector;
  let reviewer: Reviewer;
  beforeAll(() => {
    connector = ldif.create(settingsFor(folder, lab().usersOu, lab().groupsOu), connectorContext());
    reviewer = new Reviewer(folder, lab());
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const places = () => [lab().usersOu, lab().groupsOu];
  const find = async (filter: string): Promise<Entry[]> => {
    await reviewer.applyNew();
    return (await Promise.all(places().map((base) => ldapsearch(lab(), base, filter)))).flat();
  };
  const byAnchor = async (anchor: string) => (await find(`(${stampAttribute}=kit-store:${anchor})`))[0];

  const harness: ContractHarness = {
    connector: () => connector,
    subject: subjectOf,
    read: async (_kind, anchor) => {
      const entry = await byAnchor(anchor);
      if (!entry) return undefined;
      const members = entry.member ?? [];
      const all = members.length > 0 ? await find('(objectClass=*)') : [];
      const anchorOf = (dn: string) =>
        all.find((one) => one.dn[0]!.toLowerCase() === dn.toLowerCase())?.[stampAttribute.toLowerCase()]?.[0];
      const title = entry.title ?? entry.info;
      return {
        name: entry.cn![0]!,
        ...(title ? { title: title[0] } : {}),
        ...(entry.department ? { createOnly: entry.department[0] } : {}),
        enabled: (Number(entry.useraccountcontrol?.[0]) & 2) === 0,
        members: members.map((dn) => anchorOf(dn)?.replace('kit-store:', '') ?? dn),
      };
    },
    count: async (_kind, name) => (await find(`(cn=${name})`)).length,
    vanish: () => Promise.reject(new Error('a target that is not read is not looked at')),
    readsTarget: false,
    unknownAnchor: 'nobody',
    uniqueNames: true,
    disables: ['User'],
    declaredDisables: (kind) => ldif.disables!(new ldif.Settings(), kind),
    nestedGroups: true,
    checksMembers: false,
  };
  for (const { title, run: work } of contractCases(harness)) it(title, work, 30_000);

  it.each([
    ['Jörg "Jö" Müller, <ext>; a=b+c\\d'],
    ['#Hash at the front'],
    ['山田 太郎 👩‍💻'],
    [`Long ${'x'.repeat(55)}`],
    ['CN=Trick,OU=Elsewhere'],
  ])(
    'ldapmodify makes the account %j as it is meant',
    async (name) => {
      const id = `01920000-0000-7000-8000-${Buffer.from(name).toString('hex').slice(-12)}`;
      const title = 'starts: with < colon\r\nand goes on ';
      const subject = subjectOf('User', { id, name, title: ` ${title}`, enabled: true });
      await connector.execute(await connector.plan(subject, undefined, soon()), soon());
      const entry = await byAnchor(id);
      expect(entry?.cn).toEqual([name]);
      expect(entry?.title).toEqual([` ${title}`]);
    },
    30_000,
  );

  it('moves, renames and keeps the manager', async () => {
    const boss = subjectOf('User', { id: '01920000-0000-7000-8000-00000000b055', name: 'ldif boss' });
    const clerk = subjectOf('User', { id: '01920000-0000-7000-8000-00000000c1e4', name: 'ldif clerk' });
    const desired = clerk.desired as Exclude<Subject['desired'], { removal: unknown }>;
    const references = [
      { attribute: 'manager', anchors: [boss.resourceId], pending: [], mapping: 'mapping[3] manager' },
    ];
    for (const subject of [boss, { ...clerk, desired: { ...desired, references } }]) {
      await connector.execute(await connector.plan(subject, undefined, soon()), soon());
    }
    const renamed = subjectOf('User', { id: boss.resourceId, name: 'ldif chief' });
    const moved = {
      ...renamed,
      desired: { ...renamed.desired, container: lab().archiveOu } as Subject['desired'],
    };
    const plan = await connector.plan(moved, { anchor: boss.resourceId, createdByUs: true }, soon());
    expect(plan.changes).toMatchObject([{ attribute: 'dn', new: [`CN=ldif chief,${lab().archiveOu}`] }]);
    await connector.execute(plan, soon());
    const entry = await byAnchor(clerk.resourceId);
    expect(entry?.manager).toEqual([`CN=ldif chief,${lab().archiveOu}`]);
  }, 30_000);
});

describe('the files of the LDIF connector', () => {
  let folder: string;
  let day = Date.UTC(2026, 10, 23, 12);
  const open = () => ldif.create(settings(), { ...connectorContext(), now: () => day });
  const settings = () =>
    Object.assign(settingsFor(folder, 'OU=Users,DC=x', 'OU=Groups,DC=x'), { enableWithoutPassword: false });
  const jane = { id: '01920000-0000-7000-8000-000000000001', name: 'Jane', title: 'One', enabled: true };
  const account = { anchor: jane.id, createdByUs: true };
  const create = async (connector: Connector) =>
    connector.execute(await connector.plan(subjectOf('User', jane), undefined, soon()), soon());
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landfall-ldif-'));
    day = Date.UTC(2026, 10, 23, 12);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are dated, begin with their version and only grow', async () => {
    const connector = open();
    await create(connector);
    const first = text('2026-11-23.ldif');
    expect(first).toMatch(/^version: 1\n\n# landfall 1\n# Jane; stays disabled/);
    expect(first).toContain('userAccountControl: 514\n');
    day += 86_400_000;
    const changed = await connector.plan(subjectOf('User', { ...jane, title: 'Two' }), account, soon());
    await connector.execute(changed, soon());
    expect(text('2026-11-23.ldif')).toBe(first);
    expect(text('2026-11-24.ldif')).toContain('changetype: modify\nreplace: title\ntitle: Two\n-\n');
  });

  it('hold no password unless they are told to', async () => {
    const password = { value: 'Pa55!', mustChange: false };
    const subject = { ...subjectOf('User', jane), password };
    const encoded = Buffer.from('"Pa55!"', 'utf16le').toString('base64');
    const silent = open();
    expect((await silent.execute(await silent.plan(subject, undefined, soon()), soon())).passwordSet).toBe(
      false,
    );
    expect(text('2026-11-23.ldif')).not.toContain(encoded);
    const told = Object.assign(settings(), { passwords: 'write', folder: join(folder, 'told') });
    const speaking = ldif.create(told, { ...connectorContext(), now: () => day });
    const plan = await speaking.plan(subject, undefined, soon());
    expect(JSON.stringify(plan.changes)).not.toContain('Pa55');
    expect((await speaking.execute(plan, soon())).passwordSet).toBe(true);
    expect(text('told/2026-11-23.ldif')).toContain(`unicodePwd:: ${encoded}`);
    expect(text('told/2026-11-23.ldif')).toContain('userAccountControl: 512\n');
  });

  it('say after a restart what they said before', async () => {
    await create(open());
    const again = open();
    expect(await again.match(subjectOf('User', jane), soon())).toMatchObject({
      kind: 'found',
      rule: 'stamp',
      anchor: jane.id,
    });
    expect((await again.plan(subjectOf('User', jane), account, soon())).action).toBe('none');
  });

  it('are for the gateway alone, also when the journal was written anew', async () => {
    await create(open());
    const journal = join(folder, 'written.jsonl');
    const before = readFileSync(journal, 'utf8');
    appendFileSync(journal, before.repeat(1000));
    const changed = { ...jane, title: 'Two' };
    const again = open();
    await again.execute(await again.plan(subjectOf('User', changed), account, soon()), soon());
    expect(readFileSync(journal, 'utf8').split('\n')).toHaveLength(2);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  });

  it('lose the batch that was not confirmed before the process ended, and nothing that people wrote', async () => {
    await create(open());
    const confirmed = text('2026-11-23.ldif');
    const path = join(folder, '2026-11-23.ldif');
    appendFileSync(path, '# landfall 2\n# half a rec');
    appendFileSync(join(folder, 'written.jsonl'), '{"put":{"anc');
    expect((await open().plan(subjectOf('User', jane), account, soon())).action).toBe('none');
    expect(text('2026-11-23.ldif')).toBe(confirmed);
    appendFileSync(path, '# reviewed by Joan\n');
    await open().match(subjectOf('User', jane), soon());
    expect(text('2026-11-23.ldif')).toBe(`${confirmed}# reviewed by Joan\n`);
  });

  it.each(['vers', 'version: 1\n\n# land', 'version: 1\n\n# landfall 2\ndn: CN=half'])(
    'lose a first batch of the day that was not confirmed: %j',
    async (torn) => {
      await create(open());
      day += 86_400_000;
      // The journal names the new file before anything is written to it.
      const begun = JSON.stringify({ number: 1, file: '2026-11-24.ldif', size: 0 });
      appendFileSync(join(folder, 'written.jsonl'), `${begun}\n`);
      appendFileSync(join(folder, '2026-11-24.ldif'), torn);
      const changed = { ...jane, title: 'Two' };
      const again = open();
      await again.execute(await again.plan(subjectOf('User', changed), account, soon()), soon());
      expect(text('2026-11-24.ldif')).toMatch(/^version: 1\n\n# landfall 2\n# Jane\ndn: [^#]*$/);
    },
  );

  it('name a new file in the journal before it is written to', async () => {
    const connector = open();
    await create(connector);
    const lines = () =>
      text('written.jsonl')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines()[0]).toEqual({ number: 0, file: '2026-11-23.ldif', size: 0 });
    expect(lines()[1]).toMatchObject({ number: 1, file: '2026-11-23.ldif', put: { anchor: jane.id } });
  });

  it('are not taken for empty when the journal cannot be read, and read once it can', async () => {
    await create(open());
    const journal = join(folder, 'written.jsonl');
    renameSync(journal, `${journal}.aside`);
    mkdirSync(journal);
    const again = open();
    await expect(again.match(subjectOf('User', jane), soon())).rejects.toMatchObject({
      kind: 'misconfigured',
    });
    rmdirSync(journal);
    renameSync(`${journal}.aside`, journal);
    expect(await again.match(subjectOf('User', jane), soon())).toMatchObject({ kind: 'found' });
  });

  it('are not written to by two processes', async () => {
    const [first, second] = [open(), open()];
    await second.match(subjectOf('User', jane), soon());
    await create(first);
    const plan = await second.plan(subjectOf('User', { ...jane, name: 'Joan' }), undefined, soon());
    await expect(second.execute(plan, soon())).rejects.toMatchObject({
      kind: 'misconfigured',
      recommendedAction: expect.stringContaining('One gateway process'),
    });
    expect(text('2026-11-23.ldif').match(/^# landfall/gm)).toHaveLength(1);
  });

  it('hold every batch once, also when the disk was full in the middle of one', async () => {
    const disk = new SmallDisk('128k');
    const own = folder;
    folder = join(disk.folder, 'ldif');
    const deliver = async (connector: Connector, title: string) =>
      connector.execute(await connector.plan(subjectOf('User', { ...jane, title }), account, soon()), soon());
    try {
      let connector = open();
      await create(connector);
      const failed: number[] = [];
      for (let round = 0; round < 24; round++) {
        const title = 'x'.repeat(200 + 61 * round);
        disk.fill();
        await deliver(connector, title).catch(() => failed.push(round));
        disk.free();
        if (!failed.includes(round)) continue;
        if (failed.length % 2 === 0) connector = open();
        await deliver(connector, title);
      }
      expect(failed.length).toBeGreaterThan(4);
      const marks = [...text('2026-11-23.ldif').matchAll(/^# landfall (\d+)$/gm)].map(([, number]) =>
        Number(number),
      );
      expect(marks).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
      expect(await open().match(subjectOf('User', jane), soon())).toMatchObject({ kind: 'found' });
    } finally {
      disk.remove();
      folder = own;
    }
  });
});
