import type { Finding } from '../../src/connectors/connector.js';
import { ldapsearch } from '../e2e/ldapsearch.js';
import { useLab } from '../lab.js';
import { allow, serviceSid } from './deleted-objects.js';
import { connect, soon, user, type ConnectorOptions } from './domain.js';
import { LdapProxy } from './proxy/ldap-proxy.js';

/** What `landfall target check` says of a domain that is not in order. */
describe('The check of a target', () => {
  const lab = useLab('ad-check');
  let proxy: LdapProxy;
  beforeAll(async () => void (proxy = await LdapProxy.start(lab())));
  afterAll(() => proxy?.stop());
  beforeEach(() => void (proxy.windows = {}));

  const found = async (settings: Record<string, unknown> = {}, more: ConnectorOptions = {}) => {
    const ad = connect(lab(), { settings: { servers: [proxy.url], ...settings }, ...more });
    try {
      const findings = await ad.check(soon());
      return (subject: string): Finding | undefined => findings.find((each) => each.subject === subject);
    } finally {
      await ad.close();
    }
  };
  const made = async (name: string) => {
    const ad = connect(lab());
    await user(ad, name).apply();
    await ad.close();
    return `CN=${name},${lab().usersOu}`;
  };
  const errorAbout = (detail: string | RegExp) => ({
    severity: 'error',
    detail: expect.stringMatching(detail),
    remedy: expect.any(String),
  });

  it.each([
    ['a few seconds', 20_000, 'ok'],
    ['ten minutes ahead', 600_000, 'warning'],
    ['ten minutes behind', -600_000, 'warning'],
  ])('tells of clocks that differ by %s', async (_, skew, severity) => {
    const clock = (await found({}, { now: () => Date.now() - skew }))('clock')!;
    expect(clock.severity).toBe(severity);
    expect(Math.abs(Number(/(-?\d+) s/.exec(clock.detail)![1]) - skew / 1000)).toBeLessThanOrEqual(3);
    expect(clock.remedy === undefined).toBe(severity === 'ok');
  });

  it.each([
    ['2', 'warning', '2003'],
    ['3', 'warning', '2008'],
    ['4', 'ok', '2008 R2'],
    ['7', 'ok', '2016'],
    ['10', 'ok', '2025'],
  ])('names functional level %s, and warns below 2008 R2', async (level, severity, detail) => {
    proxy.windows = { root: { domainFunctionality: [level] } };
    expect((await found())('functional level')).toMatchObject({ severity, detail });
  });

  it.each([
    ['read-only', { supportedCapabilities: ['1.2.840.113556.1.4.800', '1.2.840.113556.1.4.1920'] }],
    ['not yet synchronised', { isSynchronized: ['FALSE'] }],
  ])('does not use a controller that is %s, and takes the next', async (_, root) => {
    proxy.windows = { root };
    const alone = await found();
    expect(alone('connection')).toMatchObject(errorAbout(/read-only or not yet synchronised/));
    const next = await found({ servers: [proxy.url, lab().ldapUrl] });
    expect(next('connection')).toMatchObject({
      severity: 'ok',
      detail: expect.stringContaining(lab().ldapUrl),
    });
  });

  it('proves the right to reset a password on the canary, by resetting it', async () => {
    const canary = await made('adk-canary');
    const set = async () => (await ldapsearch(lab(), canary, '(objectClass=user)'))[0]!.pwdlastset;
    const before = await set();
    expect((await found({ canary }))('reset password')).toMatchObject({ severity: 'ok' });
    expect(await set()).not.toEqual(before);
  });

  it('resets the password of nobody where no canary is named', async () => {
    proxy.requests.length = 0;
    expect((await found())('reset password')).toBeUndefined();
    expect(
      proxy.requests.filter(({ operation }) => !['bind', 'search', 'unbind'].includes(operation)),
    ).toEqual([]);
  });

  it('says why a canary will not do: refused by the domain, protected, elsewhere or nowhere', async () => {
    const denied = await made('adk-denied');
    const reset = '00299570-246d-11d0-a768-00aa006e0529';
    await allow(lab(), denied, `(OD;;CR;${reset};;${await serviceSid(lab())})`, 'deny');
    for (const [canary, why] of [
      [denied, /refused on the canary/],
      [`CN=Administrator,CN=Users,${lab().baseDn}`, /not used: it is/],
      [lab().bindDn, /outside the managed scope/],
      [`CN=nobody,${lab().usersOu}`, /does not exist/],
    ] as const)
      expect((await found({ canary }))('reset password')).toMatchObject(errorAbout(why));
  });

  it('warns of a mark that is not indexed, and of a password history that no controller compares with', async () => {
    const says = await found({ anchorAttribute: 'employeeNumber', passwords: { history: true } });
    expect(says('attribute employeeNumber')).toMatchObject({
      severity: 'warning',
      detail: expect.stringContaining('not indexed'),
    });
    expect(says('password history')).toMatchObject({ severity: 'warning', remedy: expect.any(String) });
    proxy.windows = { root: { supportedControl: ['1.2.840.113556.1.4.2239'] } };
    expect((await found({ passwords: { history: true } }))('password history')).toMatchObject({
      severity: 'ok',
    });
  });
});
