import { ConnectorError, type Finding } from '../connector.js';
import type { ScimParts } from './scim-connector.js';

/** Reads what may be read: what the server can do, and one page of users and groups. Writes nothing. */
export async function checkServer(parts: ScimParts, signal: AbortSignal): Promise<Finding[]> {
  const findings = stampFindings(parts);
  try {
    const abilities = await parts.discovery.abilities(signal);
    const can = (['patch', 'put', 'bulk', 'filter', 'etag', 'cursor'] as const).filter(
      (name) => abilities[name],
    );
    findings.push({
      severity: 'ok',
      subject: 'abilities',
      detail: `${can.join(', ')} (${abilities.source})`,
    });
    if (!abilities.filter) {
      findings.push({
        severity: 'warning',
        subject: 'filter',
        detail: 'the server cannot filter: every match reads all of its resources',
      });
    }
    for (const kind of Object.keys(parts.mapped)) {
      const endpoint = await parts.discovery.endpoint(kind, signal);
      await parts.session.send('GET', endpoint, { query: { count: '1' } }, signal);
      findings.push({ severity: 'ok', subject: endpoint, detail: 'can be read' });
    }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const { detail, recommendedAction: remedy } = error;
    findings.push({
      severity: 'error',
      subject: 'connection',
      detail,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
  return findings;
}

function stampFindings({ mapped, stampAttribute }: ScimParts): Finding[] {
  const writers = Object.entries(mapped).filter(([, names]) =>
    names.some((name) => name.toLowerCase() === stampAttribute.toLowerCase()),
  );
  return writers.map(([kind]) => ({
    severity: 'error',
    subject: `mapping of ${kind}`,
    detail: `it writes ${stampAttribute}, which carries the stamp by which lost creates are found again`,
    remedy: 'Take the line out, or name another attribute in settings.stampAttribute.',
  }));
}
