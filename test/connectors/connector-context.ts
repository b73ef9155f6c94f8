import type { ConnectorContext } from '../../src/connectors/kind.js';

/** What a connector is given besides its settings, for tests. */
export function connectorContext(mapped: ConnectorContext['mapped'] = {}): ConnectorContext {
  const silent = () => undefined;
  return {
    target: 'kit',
    storeId: 'kit-store',
    log: { info: silent, warn: silent, error: silent },
    mapped,
    now: Date.now,
  };
}
