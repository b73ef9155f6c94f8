import { readFileSync } from 'node:fs';
import { Attribute, Client } from 'ldapts';
import { adminClient, useLab, useOwnLab } from './lab.js';

const user = (name: string) => [
  new Attribute({ type: 'objectClass', values: ['top', 'person', 'organizationalPerson', 'user'] }),
  new Attribute({ type: 'sAMAccountName', values: [name] }),
  new Attribute({ type: 'userPrincipalName', values: [`${name}@contoso.example`] }),
  new Attribute({ type: 'userAccountControl', values: ['512'] }),
  new Attribute({ type: 'unicodePwd', values: [Buffer.from('"Str0ng enough!"', 'utf16le')] }),
];

describe('the delegated account of the throwaway domain', () => {
  const lab = useLab('lab-spec');
  let client: Client;
  const connected = () => new Client({ url: lab().ldapUrl, tlsOptions: { ca: readFileSync(lab().caFile) } });

  beforeAll(async () => {
    client = connected();
    await client.bind(lab().bindDn, lab().bindPassword);
  });
  afterAll(async () => {
    await client.unbind();
  });

  it('creates an enabled user who can sign in, moves it to the archive and deletes it', async () => {
    await client.add(`CN=Lab One,${lab().usersOu}`, user('labspec1'));
    const one = connected();
    await one.bind('labspec1@contoso.example', 'Str0ng enough!');
    await one.unbind();
    await client.modifyDN(`CN=Lab One,${lab().usersOu}`, `CN=Lab One,${lab().archiveOu}`);
    await client.del(`CN=Lab One,${lab().archiveOu}`);
  });

  it('has no rights outside the delegated units', async () => {
    await expect(client.add(`CN=Lab Two,${lab().unmanagedOu}`, user('labspec2'))).rejects.toMatchObject({
      code: 50,
    });
    const admin = await adminClient(lab());
    await admin.add(`CN=Lab Three,${lab().unmanagedOu}`, user('labspec3'));
    await expect(client.del(`CN=Lab Three,${lab().unmanagedOu}`)).rejects.toMatchObject({ code: 50 });
    await admin.del(`CN=Lab Three,${lab().unmanagedOu}`);
    await admin.unbind();
  });
});

describe('a domain controller of a spec of its own', () => {
  const lab = useOwnLab();
  const bind = async () => {
    const client = new Client({
      url: lab().ldapUrl,
      tlsOptions: { ca: readFileSync(lab().caFile) },
      connectTimeout: 5_000,
    });
    await client.bind(lab().bindDn, lab().bindPassword);
    await client.unbind();
  };

  it.each(['stop', 'kill'] as const)(
    'refuses connections after %s and serves the same address after start',
    async (end) => {
      await lab()[end]();
      await expect(bind()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await lab().start();
      await bind();
    },
  );
});
