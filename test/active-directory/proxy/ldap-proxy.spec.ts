import { readFileSync } from 'node:fs';
import { Attribute, Change, Client } from 'ldapts';
import { adminClient, useLab } from '../../lab.js';
import { LdapProxy } from './ldap-proxy.js';

/** The scripts of the other specs are only as good as this: everything passes unchanged but what is scripted. */
describe('The LDAP proxy in front of a real controller', () => {
  const lab = useLab('ad-proxy');
  let proxy: LdapProxy;
  let direct: Client;
  const groupDn = () => `CN=adx-many,${lab().groupsOu}`;

  beforeAll(async () => {
    proxy = await LdapProxy.start(lab());
    direct = await adminClient(lab());
    const names = Array.from({ length: 25 }, (_, index) => `adx-${index}`);
    for (const name of names) {
      await direct.add(`CN=${name},${lab().usersOu}`, {
        objectClass: 'user',
        sAMAccountName: name,
        description: 'ÄÖ 漢字',
      });
    }
    const member = names.map((name) => `CN=${name},${lab().usersOu}`);
    await direct.add(groupDn(), { objectClass: 'group', sAMAccountName: 'adx-many', member });
  }, 30_000);
  afterAll(async () => {
    await direct?.unbind();
    await proxy?.stop();
  });
  beforeEach(() => {
    proxy.rules = [];
    proxy.windows = {};
  });

  const through = async (): Promise<Client> => {
    const client = new Client({
      url: proxy.url,
      tlsOptions: { ca: readFileSync(lab().caFile) },
      timeout: 2_000,
    });
    await client.bind(lab().adminDn, lab().adminPassword);
    return client;
  };
  const everything = (client: Client) =>
    client.search(lab().usersOu, {
      filter: '(objectClass=user)',
      attributes: ['cn', 'description', 'objectSid'],
      paged: { pageSize: 7 },
    });

  it('passes reads, pages and writes unchanged', async () => {
    const client = await through();
    expect(await everything(client)).toEqual(await everything(direct));
    const dn = `CN=adx-0,${lab().usersOu}`;
    await client.modify(
      dn,
      new Change({
        operation: 'replace',
        modification: new Attribute({ type: 'title', values: ['x'.repeat(100)] }),
      }),
    );
    const { searchEntries } = await direct.search(dn, { scope: 'base', attributes: ['title'] });
    expect(searchEntries[0]!.title).toBe('x'.repeat(100));
    expect(proxy.requests.at(-1)).toMatchObject({ operation: 'modify', dn, attributes: ['title'] });
    await client.unbind();
  });

  it('cuts a list of values to the range of Windows, with the empty name beside it', async () => {
    proxy.windows = { maxRange: 10 };
    const client = await through();
    const read = async (attribute: string) =>
      (await client.search(groupDn(), { scope: 'base', attributes: [attribute] })).searchEntries[0]!;
    const plain = await read('member');
    expect(plain.member).toEqual([]);
    expect(plain['member;range=0-9']).toHaveLength(10);
    expect((await read('member;range=10-1509'))['member;range=10-19']).toHaveLength(10);
    expect((await read('member;range=20-1519'))['member;range=20-*']).toHaveLength(5);
    await client.unbind();
  });

  it('ends a search without pages at the page limit of Windows', async () => {
    proxy.windows = { maxPage: 20 };
    const client = await through();
    await expect(client.search(lab().usersOu, { filter: '(objectClass=user)' })).rejects.toMatchObject({
      code: 4,
    });
    expect((await everything(client)).searchEntries).toHaveLength(25);
    await client.unbind();
  });

  it('changes what the controller says about itself, also on connections that are open', async () => {
    const client = await through();
    const read = async () => (await client.search('', { scope: 'base' })).searchEntries[0]!;
    const plain = await read();
    proxy.windows = { root: { domainFunctionality: ['2'], vendorName: [] } };
    const { vendorName: _, ...others } = plain;
    expect(await read()).toEqual({
      ...others,
      domainFunctionality: '2',
      currentTime: expect.any(String),
      highestCommittedUSN: expect.any(String),
    });
    await client.unbind();
  });

  it('answers, stalls and breaks as it is told, as often as it is told', async () => {
    const dn = `CN=adx-1,${lab().usersOu}`;
    const write = (client: Client, value: string) =>
      client.modify(
        dn,
        new Change({ operation: 'replace', modification: new Attribute({ type: 'title', values: [value] }) }),
      );
    const title = async () =>
      (await direct.search(dn, { scope: 'base', attributes: ['title'] })).searchEntries[0]!.title;
    const onWrite = { when: ({ operation }: { operation: string }) => operation === 'modify', times: 1 };

    proxy.rules = [
      {
        ...onWrite,
        then: {
          answer: {
            code: 53,
            text: '0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0',
          },
        },
      },
    ];
    const client = await through();
    await expect(write(client, 'refused')).rejects.toMatchObject({
      code: 53,
      message: expect.stringContaining('0000052D'),
    });
    await write(client, 'written');
    expect(await title()).toBe('written');

    proxy.rules = [{ ...onWrite, then: 'reset-after-send' }];
    await expect(write(client, 'carried out')).rejects.toThrow(/closed before|Socket error/);
    expect(await title()).toBe('carried out');

    const noticed = await through();
    proxy.rules = [{ ...onWrite, then: 'notice-after-send' }];
    await expect(write(noticed, 'on the way down')).rejects.toThrow(/closed before|Socket error/);
    expect(await title()).toBe('on the way down');

    proxy.rules = [{ ...onWrite, then: 'reset-before-send' }];
    const second = await through();
    await expect(write(second, 'never heard')).rejects.toThrow(/closed before|Socket error/);
    proxy.rules = [{ ...onWrite, then: 'stall' }];
    const third = await through();
    await expect(write(third, 'never heard')).rejects.toThrow(/timed out/);
    expect(await title()).toBe('on the way down');
    const fourth = await through();
    proxy.disconnectAll();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(fourth.isConnected).toBe(false);
    for (const each of [client, noticed, second, third, fourth]) await each.unbind();
  });
});
