import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'ldapts';
import { freePort } from '../scripts/free-port.mjs';

const run = promisify(execFile);

interface Summary {
  baseUrl: string;
  token: string;
  tokens: { entra: string; generic: string };
  ldapUrl: string;
  baseDn: string;
  usersOu: string;
  groupsOu: string;
  bindDn: string;
  bindPassword: string;
  caFile: string;
}

/** Processes that hold this file open. */
const holders = (file: string) =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((id) => descriptors(id).includes(file));

function descriptors(id: string): string[] {
  try {
    return readdirSync(`/proc/${id}/fd`).map((number) => readlinkSync(`/proc/${id}/fd/${number}`));
  } catch {
    return [];
  }
}

describe('npm run quickstart', () => {
  const state = mkdtempSync(join(tmpdir(), 'landfall-quickstart-'));
  const held = join(state, 'held-by-the-caller');
  let port: number;
  let summary: Summary;

  const quickstart = (...args: string[]) =>
    run('bash', ['-c', `exec ${process.execPath} scripts/quickstart.mjs ${args.join(' ')} 77>'${held}'`], {
      env: { ...process.env, LANDFALL_STATE: state, PORT: String(port) },
      timeout: 150_000,
    });
  const readSummary = () => JSON.parse(readFileSync(join(state, 'quickstart.json'), 'utf8')) as Summary;
  const connect = async () => {
    const client = new Client({
      url: summary.ldapUrl,
      tlsOptions: { ca: readFileSync(summary.caFile) },
      timeout: 10_000,
    });
    await client.bind(summary.bindDn, summary.bindPassword);
    return client;
  };

  beforeAll(async () => {
    closeSync(openSync(held, 'w'));
    port = await freePort();
    await quickstart('--detach');
    summary = readSummary();
  }, 160_000);

  afterAll(async () => {
    await quickstart('stop');
    rmSync(state, { recursive: true, force: true });
  }, 60_000);

  it('writes what automation needs', () => {
    expect(summary).toEqual({
      baseUrl: `http://127.0.0.1:${port}/scim/v2`,
      token: summary.tokens.entra,
      tokens: { entra: expect.any(String), generic: expect.any(String) },
      ldapUrl: expect.stringMatching(/^ldaps:\/\/127\.\d+\.\d+\.\d+:636$/),
      baseDn: 'DC=corp,DC=example,DC=test',
      usersOu: 'OU=Users,OU=Landfall,DC=corp,DC=example,DC=test',
      groupsOu: 'OU=Groups,OU=Landfall,DC=corp,DC=example,DC=test',
      bindDn: 'CN=svc-landfall,CN=Users,DC=corp,DC=example,DC=test',
      bindPassword: expect.any(String),
      caFile: expect.any(String),
    });
    expect(isAbsolute(summary.caFile)).toBe(true);
  });

  it('leaves nothing running that holds a descriptor of its caller', () => {
    expect(holders(held)).toEqual([]);
  });

  it('lands a user in Active Directory', async () => {
    const answer = await fetch(`${summary.baseUrl}/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${summary.token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        userName: 'nora@contoso.example',
        displayName: 'Nora Quill',
        active: true,
      }),
    });
    expect(answer.status).toBe(201);
    const client = await connect();
    const { searchEntries } = await client.search(summary.usersOu, { filter: '(displayName=Nora Quill)' });
    await client.unbind();
    expect(searchEntries).toMatchObject([
      { userPrincipalName: 'nora@contoso.example', userAccountControl: '512' },
    ]);
  });

  it('goes on with the same tokens, domain and address after a stop', async () => {
    await quickstart('stop');
    await expect(connect()).rejects.toThrow();
    await quickstart('--detach');
    expect(readSummary()).toEqual(summary);
    await (await connect()).unbind();
  }, 160_000);
});
