import type { AdSettings } from '../../src/connectors/active-directory/index.js';
import type { ConnectorKind } from '../../src/connectors/kind.js';

/** The script that `landfall target rights` prints for the delegated account of the lab. */
export function labRights(kind: ConnectorKind<AdSettings>): string;
