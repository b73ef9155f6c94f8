/**
 * Provisions to any SCIM 2.0 application.
 * Owns: speaking SCIM as a client: discovery, sign-in, limits, PATCH or PUT, members by differences.
 * Leaves to `scim/` at the top: being a SCIM server. Read next: scim-connector.ts, then scim-session.ts.
 */
import type { Connector } from '../connector.js';
import type { ConnectorContext, ConnectorKind } from '../kind.js';
import { BulkUploadConnector } from './bulk-upload/bulk-upload-connector.js';
import { UploadQueue } from './bulk-upload/upload-queue.js';
import { defaultMapping } from './default-mapping.js';
import { Discovery } from './discovery.js';
import { HttpClient } from './http-client.js';
import { Pacing } from './pacing.js';
import { ScimConnector } from './scim-connector.js';
import { ScimLookup } from './scim-lookup.js';
import { ScimMembers } from './scim-members.js';
import { ScimSession } from './scim-session.js';
import { ScimTargetSettings } from './settings.js';
import { FixedToken, OAuthToken } from './token-source.js';

export { ScimTargetSettings };

/** Entra: 40 calls in 5 seconds. */
const bulkUploadRate = { calls: 40, perSeconds: 5 };
/** Graph takes 20 members in one request; its SCIM API documents no number. */
const membersPerRequest = { generic: 100, entra: 20, 'entra-bulk-upload': 1 };

function create(settings: ScimTargetSettings, context: ConnectorContext): Connector {
  const http = new HttpClient(settings.timeoutMs, settings.caFile);
  const { oauth, bearer = '', profile } = settings;
  const tokens = oauth ? new OAuthToken(oauth, http, context.now) : new FixedToken(bearer);
  const rate = settings.rate ?? (profile === 'entra-bulk-upload' ? bulkUploadRate : undefined);
  const pacing = new Pacing(rate, settings.waitAtMostMs, context.now);
  const session = new ScimSession(settings.baseUrl, http, tokens, pacing);
  if (profile === 'entra-bulk-upload') return new BulkUploadConnector(new UploadQueue(session), session);
  const discovery = new Discovery(session, settings, context.now);
  const lookup = new ScimLookup(session, discovery, settings.pageSize);
  const perRequest = settings.membersPerRequest ?? membersPerRequest[profile];
  const members = new ScimMembers(session, discovery, lookup, perRequest);
  const { stampAttribute } = settings;
  return new ScimConnector({ session, discovery, lookup, members, stampAttribute, mapped: context.mapped });
}

export const scim: ConnectorKind<ScimTargetSettings> = {
  kind: 'scim',
  Settings: ScimTargetSettings,
  defaultMapping,
  nameSpace: (_settings, kind, attribute) =>
    attribute === (kind === 'Group' ? 'displayName' : 'userName') ? `${kind}.${attribute}` : undefined,
  fold: (_attribute, value) => value.toLowerCase(),
  disables: (_settings, kind) => kind === 'User',
  create,
};
