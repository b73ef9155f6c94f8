import {
  contractCases,
  type ContractHarness,
  type SeenAccount,
} from '../../src/connectors/contract/index.js';
import type { Connector, Lists } from '../../src/connectors/connector.js';
import { scim } from '../../src/connectors/scim/index.js';
import { connectorContext } from './connector-context.js';
import { desiredSubject } from './desired-subject.js';
import { Accounts, type Document } from './scim-servers/accounts.js';
import { entraApplication } from './scim-servers/entra-application.js';
import { patchLibraryApplication } from './scim-servers/patch-library-application.js';
import { refusal, ScimHost, type Call, type Handler, type Trouble } from './scim-servers/scim-host.js';
import { scimmyApplication } from './scim-servers/scimmy-application.js';

const namesOf = (kind: string) =>
  kind === 'Group'
    ? { name: 'displayName', title: 'externalTitle', createOnly: 'externalNote' }
    : { name: 'userName', title: 'title', createOnly: 'emails[type eq "work"].value' };

function seen(kind: string, accounts: Accounts, document: Document): SeenAccount {
  const emails = (document.emails ?? []) as { type: string; value: string }[];
  const mail = emails.find(({ type }) => type === 'work')?.value;
  return {
    name: accounts.nameOf(kind, document),
    ...(document.title === undefined ? {} : { title: String(document.title) }),
    ...(mail === undefined ? {} : { createOnly: mail }),
    enabled: document.active !== false,
    members: accounts.members(document).map(({ value }) => value),
  };
}

const reading = ({ method }: Call) => method === 'GET';

/** Of the reads, those of resources: discovery is remembered and would not be asked. */
function failing(host: ScimHost, trouble: Trouble) {
  return (where: 'reading' | 'writing') => {
    host.trouble = (call) => (reading(call) === (where === 'reading') ? trouble : undefined);
    return { mend: () => void (host.trouble = () => undefined) };
  };
}

function harness(
  host: ScimHost,
  accounts: Accounts,
  connector: () => Connector & Partial<Lists>,
): ContractHarness {
  return {
    connector,
    subject: (kind, traits) => {
      const { title: _title, ...group } = traits;
      return desiredSubject(kind, kind === 'Group' ? group : traits, namesOf(kind));
    },
    read: async (kind, anchor) => {
      const document = accounts.of(kind).get(anchor);
      return document && seen(kind, accounts, document);
    },
    count: async (kind, name) => accounts.count(kind, name),
    seed: async (kind, { name, stamp }) =>
      String(accounts.save(kind, undefined, { [namesOf(kind).name]: name, externalId: stamp }).id),
    vanish: async (kind, anchor) => accounts.remove(kind, anchor),
    readsTarget: true,
    unknownAnchor: 'nobody',
    uniqueNames: accounts.uniqueNames,
    disables: ['User'],
    declaredDisables: (kind) => scim.disables!(new scim.Settings(), kind),
    nestedGroups: true,
    checksMembers: true,
    faults: {
      unavailable: failing(host, refusal(503, undefined, 'under repair')),
      unknown: failing(host, 'lostAnswer'),
      rejected: failing(host, refusal(400, 'invalidValue', 'not like this')),
      conflict: failing(host, refusal(409, 'uniqueness', 'userName is in use')),
      misconfigured: failing(host, refusal(401, undefined, 'who are you?')),
    },
  };
}

const servers: [string, Accounts, (accounts: Accounts) => Handler, 'generic' | 'entra'][] = [
  ['SCIMMY', new Accounts(), scimmyApplication, 'generic'],
  ['scim-patch with scim2-parse-filter', new Accounts(), patchLibraryApplication, 'generic'],
  ['a server without unique names', new Accounts(false), patchLibraryApplication, 'generic'],
  [
    'a server with PUT and ETags only',
    new Accounts(),
    (accounts) => patchLibraryApplication(accounts, { patch: false, filter: false, etag: true, page: 5 }),
    'generic',
  ],
  ['a server restricted to the Entra profile', new Accounts(), entraApplication, 'entra'],
];

describe.each(servers)('the SCIM connector against %s', (_title, accounts, application, profile) => {
  const host = new ScimHost(application(accounts));
  let connector: Connector;
  beforeAll(async () => {
    await host.start();
    const settings = Object.assign(new scim.Settings(), {
      baseUrl: host.baseUrl,
      bearer: host.token,
      profile,
      waitAtMostMs: 0,
      pageSize: 7,
    });
    connector = scim.create(
      settings,
      connectorContext({ User: ['userName', 'title'], Group: ['displayName'] }),
    );
  });
  afterAll(async () => {
    await connector.close();
    await host.stop();
  });
  for (const { title, run } of contractCases(harness(host, accounts, () => connector))) it(title, run);
});
