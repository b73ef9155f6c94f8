import type { JsonObject } from '../../schema/types.js';
import { ConnectorError } from '../connector.js';
import { isObject } from './scim-path.js';
import { ScimRefusal } from './scim-failure.js';
import type { Answer, ScimSession } from './scim-session.js';

const mostTries = 3;

/**
 * PUT for servers without PATCH (RFC 7644 §3.5.1): read, change, write under the version that was read (§3.14),
 * and again from the start when somebody else wrote in between.
 */
export async function replaceResource(
  session: ScimSession,
  path: string,
  etag: boolean,
  change: (resource: JsonObject) => JsonObject,
  signal: AbortSignal,
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const before = await session.send('GET', path, {}, signal);
    const version = etag ? versionOf(before) : undefined;
    const body = change(before.body);
    try {
      return await session.send(
        'PUT',
        path,
        { body, ...(version === undefined ? {} : { ifMatch: version }) },
        signal,
      );
    } catch (error) {
      if (!(error instanceof ScimRefusal) || error.refusal.status !== 412) throw error;
      if (tries < mostTries) continue;
      const detail = `${path} was changed by somebody else during each of ${mostTries} tries`;
      throw new ConnectorError({ kind: 'rejected', detail, outcomeKnown: false }, error);
    }
  }
}

function versionOf({ headers, body }: Answer): string | undefined {
  if (headers.etag !== undefined) return headers.etag;
  return isObject(body.meta) && typeof body.meta.version === 'string' ? body.meta.version : undefined;
}
