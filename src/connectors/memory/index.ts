/**
 * A target in memory: the smallest connector that does everything the contract asks, for learning and for tests.
 * Owns: nothing that survives the process. Read next: memory-connector.ts, then docs/connectors.md.
 */
import type { ConnectorKind } from '../kind.js';
import { MemoryConnector } from './memory-connector.js';
import { MemoryTarget } from './memory-target.js';
import { MemorySettings } from './settings.js';

export { MemoryConnector, MemorySettings, MemoryTarget };

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export const memory: ConnectorKind<MemorySettings> = {
  kind: 'memory',
  Settings: MemorySettings,
  defaultMapping: {
    User: {
      mapping: [
        { target: 'userName', source: 'userName', unique: true },
        { target: 'displayName', source: 'displayName' },
        { target: 'title', source: 'title' },
        { target: 'mail', source: 'emails[type eq "work"].value' },
        { target: 'manager', reference: `${ENTERPRISE}:manager.value` },
      ],
    },
    Group: { mapping: [{ target: 'displayName', source: 'displayName', unique: true }] },
  },
  nameSpace: (settings, kind, attribute) =>
    settings.unique.includes(attribute) ? `${kind}.${attribute}` : undefined,
  fold: (_attribute, value) => value.toLowerCase(),
  create: (settings) => new MemoryConnector(new MemoryTarget(), settings),
};
