import type { ConnectorKind } from '../../src/connectors/connector-kit.js';
import { SampleApplication } from './sample-application.js';
import { SampleConnector } from './sample-connector.js';
import { SampleSettings } from './settings.js';

export const sample: ConnectorKind<SampleSettings> = {
  kind: 'sample',
  Settings: SampleSettings,
  /** What a target file gets that names no mapping of its own; docs/mapping.md has the words. */
  defaultMapping: {
    User: {
      mapping: [
        { target: 'name', source: 'userName', unique: true },
        { target: 'title', source: 'title' },
      ],
    },
    Group: { mapping: [{ target: 'name', source: 'displayName', unique: true }] },
  },
  /** Values of `name` are unique among users, and among groups. */
  nameSpace: (_settings, kind, attribute) => (attribute === 'name' ? `${kind}.name` : undefined),
  /** How the application compares unique values. */
  fold: (_attribute, value) => value.toLowerCase(),
  /** Users can be disabled, groups cannot. */
  disables: (_settings, kind) => kind === 'User',
  takesPasswords: () => false,
  create: (settings) => new SampleConnector(new SampleApplication(settings)),
};

export default sample;
