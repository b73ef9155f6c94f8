import type { Subject } from '../../connector.js';
import type { Directory } from '../domain/directory.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import { whereabouts } from './deleted.js';
import { FENCE_ATTRIBUTES } from './fence.js';

/** The account on record, wherever it is. Gone is only said after a second look. */
export async function findAccount(
  directory: Directory,
  session: AdSession,
  guid: string,
  subject: Pick<Subject, 'label'>,
  attributes: readonly string[],
): Promise<AdEntry> {
  const wanted = [...new Set([...FENCE_ATTRIBUTES, ...attributes])];
  const entry =
    (await directory.byGuid(session, guid, wanted)) ?? (await directory.byGuid(session, guid, wanted));
  if (entry && !/,CN=Deleted Objects,/i.test(entry.dn)) return entry;
  const { detail, remedy } = await whereabouts(directory, session, guid);
  throw await directory.notFound(
    `The account of "${subject.label}" (objectGUID ${guid}) is not in the domain. ${detail}`,
    remedy,
  );
}
