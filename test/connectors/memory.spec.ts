import type { ConnectorErrorKind } from '../../src/connectors/connector.js';
import { contractCases, type ContractHarness, type Fault } from '../../src/connectors/contract/index.js';
import { MemoryConnector, MemorySettings, MemoryTarget } from '../../src/connectors/memory/index.js';
import { desiredSubject } from './desired-subject.js';

const namesOf = (kind: string) => ({
  name: kind === 'Group' ? 'displayName' : 'userName',
  title: 'title',
  createOnly: 'nickName',
});

function harness(target: MemoryTarget, settings: MemorySettings): ContractHarness {
  const connector = new MemoryConnector(target, settings);
  const failing =
    (kind: ConnectorErrorKind) =>
    (where: 'reading' | 'writing'): Fault => {
      target.fail(where === 'reading' ? 'read' : 'write', kind, { carriedOut: true });
      return { mend: () => target.mend() };
    };
  return {
    connector: () => connector,
    subject: (kind, traits) => desiredSubject(kind, traits, namesOf(kind)),
    read: async (kind, anchor) => {
      const account = target.accounts.get(anchor);
      if (!account) return undefined;
      const { attributes, enabled, members } = account;
      return {
        name: attributes[namesOf(kind).name]?.[0] ?? '',
        ...(attributes.title ? { title: attributes.title[0] } : {}),
        ...(attributes.nickName ? { createOnly: attributes.nickName[0] } : {}),
        enabled,
        members: [...members],
      };
    },
    count: async (kind, name) =>
      target.find(kind, ({ attributes }) => attributes[namesOf(kind).name]?.[0] === name).length,
    seed: async (kind, { name, stamp }) =>
      target.insert({
        kind,
        stamp,
        enabled: true,
        attributes: { [namesOf(kind).name]: [name] },
        members: new Set(),
      }).anchor,
    vanish: async (_kind, anchor) => target.remove(anchor),
    readsTarget: true,
    unknownAnchor: 'nobody',
    uniqueNames: settings.unique.length > 0,
    disables: ['User', 'Group'],
    nestedGroups: true,
    checksMembers: true,
    faults: {
      unavailable: failing('unavailable'),
      unknown: failing('unknown'),
      rejected: failing('rejected'),
      conflict: failing('conflict'),
      misconfigured: failing('misconfigured'),
    },
  };
}

const lenient = Object.assign(new MemorySettings(), { unique: [] });

describe.each([
  ['with unique names', new MemorySettings()],
  ['without unique names', lenient],
])('the memory connector %s', (_title, settings) => {
  for (const { title, run } of contractCases(harness(new MemoryTarget(), settings))) it(title, run);
});
