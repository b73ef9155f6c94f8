import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  contractCases,
  leftOutCases,
  type ContractHarness,
  type Subject,
} from '../../src/connectors/connector-kit.js';
import { sample } from './index.js';
import type { SampleAccount } from './sample-application.js';

const root = mkdtempSync(join(tmpdir(), 'sample-'));
const folder = join(root, 'accounts');
mkdirSync(folder);

const silent = () => undefined;
const context = {
  target: 'kit',
  storeId: 'kit-store',
  log: { info: silent, warn: silent, error: silent },
  mapped: { User: ['name', 'title'], Group: ['name'] },
  now: Date.now,
};
const connector = sample.create(Object.assign(new sample.Settings(), { folder }), context);

/** Looks at the application without the connector: at yours, ask it by another client, or read its database. */
function accounts(kind: string): SampleAccount[] {
  mkdirSync(join(folder, kind), { recursive: true });
  const files = readdirSync(join(folder, kind));
  return files.map((file) => JSON.parse(readFileSync(join(folder, kind, file), 'utf8')) as SampleAccount);
}

const harness: ContractHarness = {
  connector: () => connector,
  /** The kit's traits in the words of the application: which attribute is the name, which a plain one. */
  subject(kind, { id, name, title, createOnly, enabled, matchByName }): Subject {
    const plain = (attribute: string, value: string | null | undefined, apply: 'always' | 'create') =>
      value === undefined
        ? []
        : [
            {
              name: attribute,
              values: value === null ? [] : [value],
              apply,
              mapping: `mapping ${attribute}`,
            },
          ];
    return {
      kind,
      resourceId: id,
      stamp: `kit-store:${id}`,
      label: name,
      desired: {
        ...(enabled === undefined ? {} : { enabled }),
        attributes: [...plain('title', title, 'always'), ...plain('note', createOnly, 'create')],
        unique: { name: { value: name, givenByClient: true, apply: 'always', mapping: 'mapping name' } },
        references: [],
      },
      match: matchByName ? [{ attribute: 'name', value: name }] : [],
    };
  },
  async read(kind, anchor) {
    const account = accounts(kind).find(({ id }) => id === anchor);
    if (!account) return undefined;
    const { attributes, enabled, members } = account;
    return {
      name: attributes.name ?? '',
      title: attributes.title,
      createOnly: attributes.note,
      enabled,
      members,
    };
  },
  count: async (kind, name) => accounts(kind).filter(({ attributes }) => attributes.name === name).length,
  async seed(kind, { name, stamp }) {
    const id = `seeded-${name}`;
    const account: SampleAccount = { id, stamp, enabled: true, attributes: { name }, members: [] };
    accounts(kind);
    writeFileSync(join(folder, kind, `${id}.json`), JSON.stringify(account));
    return id;
  },
  vanish: async (kind, anchor) => rmSync(join(folder, kind, `${anchor}.json`)),
  readsTarget: true,
  unknownAnchor: 'nobody',
  uniqueNames: true,
  disables: ['User'],
  nestedGroups: true,
  checksMembers: true,
  /** Every way in which the application can fail and a test can make it. */
  faults: {
    misconfigured() {
      renameSync(folder, `${folder}-away`);
      return { mend: () => renameSync(`${folder}-away`, folder) };
    },
  },
};

describe('the sample connector', () => {
  afterAll(() => rmSync(root, { recursive: true }));
  for (const { title, run } of contractCases(harness)) it(title, run);
  for (const { title, needs, run } of leftOutCases(harness)) it.skip(`${title} (needs ${needs})`, run);
});
