import { Client } from 'ldapts';
import { ldapsearch } from '../e2e/ldapsearch.js';
import { useLab } from '../lab.js';
import { connect, soon, user } from './domain.js';
import { LdapProxy } from './proxy/ldap-proxy.js';

describe('The channel to a real domain controller', () => {
  const lab = useLab('ad-channel');
  let proxy: LdapProxy;
  beforeAll(async () => void (proxy = await LdapProxy.start(lab())));
  afterAll(() => proxy?.stop());
  beforeEach(() => void (proxy.rules = []));

  it('signs in over TLS and StartTLS where the controller demands signing of everything else', async () => {
    const plain = `ldap://${lab().host}`;
    const unsigned = new Client({ url: plain });
    await expect(unsigned.bind(lab().bindDn, lab().bindPassword)).rejects.toMatchObject({ code: 8 });
    await unsigned.unbind();
    for (const settings of [{}, { servers: [plain], startTls: true }]) {
      const ad = connect(lab(), { settings });
      expect(await ad.match(user(ad, 'adh-signed').subject(), soon())).toEqual({ kind: 'none' });
      await ad.close();
    }
  });

  it('takes a notice of disconnection for an unknown outcome, and looks before it repeats', async () => {
    const ad = connect(lab(), { settings: { servers: [proxy.url] } });
    try {
      const onWrite = (operation: string) => ({
        when: (request: { operation: string }) => request.operation === operation,
        then: 'notice-after-send' as const,
        times: 1,
      });
      const person = user(ad, 'adh-notice');
      proxy.rules = [onWrite('add')];
      expect(await person.apply()).toMatchObject({ passwordSet: true });
      const changed = { password: undefined, attributes: { title: 'New' } };
      proxy.rules = [onWrite('modify')];
      await expect(person.apply(changed)).rejects.toMatchObject({ kind: 'unknown', outcomeKnown: false });
      expect(await person.plan(changed)).toMatchObject({ action: 'none' });
      proxy.rules = [onWrite('search')];
      expect(await person.plan(changed)).toMatchObject({ action: 'none' });
      expect(await ldapsearch(lab(), lab().usersOu, '(cn=adh-notice)')).toMatchObject([{ title: ['New'] }]);
    } finally {
      await ad.close();
    }
  });

  it('follows no referral: what the controller does not hold itself is refused', async () => {
    const elsewhere = await LdapProxy.start(lab());
    const ad = connect(lab(), { settings: { servers: [proxy.url] } });
    try {
      const person = user(ad, 'adh-referred');
      await person.apply();
      const text = `0000202B: RefErr: DSID-0310082F, data 0, 1 access points\n\tref 1: '${elsewhere.url}'\n`;
      const modifies = ({ operation }: { operation: string }) => operation === 'modify';
      proxy.rules = [{ when: modifies, then: { answer: { code: 10, text } } }];
      await expect(person.apply({ password: undefined, attributes: { title: 'x' } })).rejects.toMatchObject({
        kind: 'rejected',
        outcomeKnown: true,
      });
      expect(elsewhere.connections).toBe(0);
    } finally {
      await ad.close();
      await elsewhere.stop();
    }
  });
});
