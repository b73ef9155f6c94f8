import { ConnectorError } from './connector.js';

/** Nothing was sent yet: whoever gave up, gave up before anything happened. */
export function refuseAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new ConnectorError({
    kind: 'unavailable',
    detail: 'the time for this attempt was up before it began',
  });
}
