import { createHash, randomUUID } from 'node:crypto';
import { activeDirectory } from '../../src/connectors/active-directory/index.js';
import type { Connector, Lists, ResourceKind } from '../../src/connectors/connector.js';
import {
  contractCases,
  type ContractHarness,
  type Fault,
  type SeenAccount,
} from '../../src/connectors/contract/index.js';
import { desiredSubject } from '../connectors/desired-subject.js';
import { ldapsearch, type Entry } from '../e2e/ldapsearch.js';
import { adminClient, useLab } from '../lab.js';
import { connect, initialPassword, settingsOf } from './domain.js';
import { LdapProxy, type Rule } from './proxy/ldap-proxy.js';

/** Names of the kit are longer than an account name may be. */
const names = { name: 'mail', title: 'description', createOnly: 'displayName' };

const accountName = (id: string) => `kit-${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;

/** The cases that every connector passes, against a real domain controller. */
describe('The Active Directory connector', () => {
  const lab = useLab('ad-contract');
  let proxy: LdapProxy;
  let ad: Connector & Lists;
  beforeAll(async () => {
    proxy = await LdapProxy.start(lab());
    const mapped = {
      User: [...Object.values(names), 'sAMAccountName'],
      Group: [...Object.values(names), 'sAMAccountName'],
    };
    ad = connect(lab(), { settings: { servers: [proxy.url] }, storeId: 'kit-store', mapped });
  });
  afterAll(async () => {
    await ad?.close();
    await proxy?.stop();
  });

  const guidFilter = (anchor: string) => {
    const [a, b, c, ...rest] = anchor.split('-') as [string, string, string, string, string];
    const little = (part: string) => part.match(/../g)!.reverse().join('');
    const hex = little(a) + little(b) + little(c) + rest.join('');
    return `(objectGUID=${hex.replace(/../g, (byte) => `\\${byte}`)})`;
  };
  const entryOf = async (anchor: string): Promise<Entry | undefined> =>
    (await ldapsearch(lab(), lab().baseDn, guidFilter(anchor)))[0];

  const scripted = (rules: Rule[]): Fault => {
    proxy.rules = rules;
    return { mend: () => void (proxy.rules = []) };
  };
  const writes = ({ operation }: { operation: string }) =>
    ['add', 'modify', 'modifyDN', 'delete'].includes(operation);
  const answering = (code: number, text: string) => (where: 'reading' | 'writing') =>
    scripted([
      {
        when: where === 'reading' ? ({ operation }) => operation === 'search' : writes,
        then: { answer: { code, text } },
      },
    ]);

  const harness: ContractHarness = {
    connector: () => ad,
    subject(kind, traits) {
      const subject = desiredSubject(kind, traits, names);
      if (!('removal' in subject.desired)) {
        const sam = {
          value: accountName(traits.id),
          givenByClient: false,
          apply: 'create' as const,
          mapping: 'kit',
        };
        subject.desired = { ...subject.desired, unique: { ...subject.desired.unique, sAMAccountName: sam } };
      }
      const enabled = traits.enabled ?? true;
      return kind === 'User'
        ? {
            ...subject,
            ...(enabled ? { password: { value: initialPassword, mustChange: false } } : {}),
          }
        : subject;
    },
    async read(kind, anchor): Promise<SeenAccount | undefined> {
      const entry = await entryOf(anchor);
      if (!entry) return undefined;
      const members = await Promise.all((entry.member ?? []).map(async (dn) => (await anchorsAt(dn))[0]!));
      return {
        name: entry.mail?.[0] ?? '',
        ...(entry.description ? { title: entry.description[0]! } : {}),
        ...(entry.displayname ? { createOnly: entry.displayname[0]! } : {}),
        ...(kind === 'User' ? { enabled: (Number(entry.useraccountcontrol![0]) & 2) === 0 } : {}),
        members,
      };
    },
    count: async (_kind, name) => (await ldapsearch(lab(), lab().baseDn, `(mail=${name})`, ['cn'])).length,
    seed: (kind, account) => seed(kind, account),
    async vanish(_kind, anchor) {
      const admin = await adminClient(lab());
      await admin.del((await entryOf(anchor))!.dn[0]!);
      await admin.unbind();
    },
    unknownAnchor: randomUUID(),
    readsTarget: true,
    uniqueNames: true,
    disables: ['User'],
    declaredDisables: (kind) => activeDirectory.disables!(settingsOf(lab()), kind),
    nestedGroups: true,
    checksMembers: true,
    faults: {
      unavailable: answering(51, '000020D9: SvcErr: DSID-02081051, problem 5001 (BUSY), data 0'),
      rejected: answering(50, '00002098: SecErr: DSID-03150F94, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0'),
      unknown: () =>
        scripted([
          { when: ({ operation }) => operation === 'add', then: 'reset-after-send', times: 1 },
          { when: ({ operation }) => operation === 'bind', then: 'reset-before-send' },
        ]),
    },
  };

  async function anchorsAt(dn: string): Promise<string[]> {
    const [entry] = await ldapsearch(lab(), dn, '(objectClass=*)', ['objectGUID']);
    const hex = entry?.objectguid?.[0];
    if (hex === undefined) return [];
    const part = (start: number, end: number) => hex.slice(start, end).match(/../g)!.reverse().join('');
    return [`${part(0, 8)}-${part(8, 12)}-${part(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`];
  }

  async function seed(
    kind: ResourceKind,
    { name, stamp }: { name: string; stamp?: string },
  ): Promise<string> {
    const admin = await adminClient(lab());
    const dn = `CN=${name},${kind === 'Group' ? lab().groupsOu : lab().usersOu}`;
    const own: Record<string, string | string[]> =
      kind === 'Group'
        ? { objectClass: ['top', 'group', 'msDS-CloudExtensions'] }
        : { objectClass: 'user', userAccountControl: '514' };
    if (stamp !== undefined) own['msDS-cloudExtensionAttribute1'] = stamp;
    await admin.add(dn, { ...own, mail: name, sAMAccountName: accountName(randomUUID()) });
    await admin.unbind();
    return (await anchorsAt(dn))[0]!;
  }

  for (const { title, run } of contractCases(harness)) it(title, run);
});
