import { Attribute, Change, type Client } from 'ldapts';
import type { Connector, Lists } from '../../src/connectors/connector.js';
import { ldapsearch } from '../e2e/ldapsearch.js';
import { adminClient, useLab } from '../lab.js';
import { connect, mapped, user } from './domain.js';

const quiet = { password: undefined };

describe('Values that the domain would take and that do harm', () => {
  const lab = useLab('ad-state');
  let ad: Connector & Lists;
  let admin: Client;
  beforeAll(async () => {
    const User = [...mapped.User, 'lockoutTime', 'pwdLastSet', 'msDS-cloudExtensionAttribute2'];
    ad = connect(lab(), { mapped: { ...mapped, User } });
    admin = await adminClient(lab());
  });
  afterAll(async () => {
    await ad?.close();
    await admin?.unbind();
  });
  const read = async (name: string) =>
    (await ldapsearch(lab(), lab().usersOu, `(sAMAccountName=${name})`))[0]!;

  it('unlocks an account by lockoutTime 0, and locks none', async () => {
    const locked = user(ad, 'adt-locked');
    await locked.apply();
    const lockout = new Attribute({ type: 'lockoutTime', values: ['133000000000000000'] });
    await admin.modify(
      `CN=adt-locked,${lab().usersOu}`,
      new Change({ operation: 'replace', modification: lockout }),
    );
    await locked.apply({ ...quiet, attributes: { lockoutTime: '0' } });
    expect(await read('adt-locked')).toMatchObject({ lockouttime: ['0'], useraccountcontrol: ['512'] });
    expect(await locked.plan({ ...quiet, attributes: { lockoutTime: '0' } })).toMatchObject({
      action: 'none',
    });
    await expect(
      locked.plan({ ...quiet, attributes: { lockoutTime: '133000000000000000' } }),
    ).rejects.toMatchObject({ kind: 'rejected', attribute: 'lockoutTime' });
  });

  it.each([
    ['pwdLastSet', ['133000000000000000'], /0 or -1/],
    ['title', ['one', 'two'], /several values/],
    ['proxyAddresses', ['SMTP:a@x.example', 'SMTP:b@x.example'], /2 primary/],
    ['country', ['Nowhere'], /not a country/],
    ['thumbnailPhoto', [Buffer.alloc(102_401)], /102400/],
  ])('refuses %s as it is before the domain is asked', async (name, value, detail) => {
    await expect(user(ad, 'adt-refused', { attributes: { [name]: value } }).plan()).rejects.toMatchObject({
      kind: 'rejected',
      scimType: 'invalidValue',
      detail: expect.stringMatching(detail),
    });
    expect(await ldapsearch(lab(), lab().usersOu, '(sAMAccountName=adt-refused)')).toEqual([]);
  });

  it('creates nobody without the bits that an ordinary account needs, disabled ones included', async () => {
    await user(ad, 'adt-disabled', { enabled: false, password: undefined }).apply();
    // 546 would be the controller's own choice: no password required.
    expect(await read('adt-disabled')).toMatchObject({ useraccountcontrol: ['514'] });
  });
});
