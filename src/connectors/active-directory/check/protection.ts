import { AndFilter, EqualityFilter } from 'ldapts';
import type { Finding } from '../../connector.js';
import { protectedGroups } from '../account/privileged.js';
import type { Directory } from '../domain/directory.js';
import type { AdSession } from '../session/ad-session.js';

/** Whether the protection by groups works: a group that is not found protects nobody. */
export async function checkProtectedGroups(directory: Directory, session: AdSession): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of directory.settings.protected.groups) {
    if ((await protectedGroups(directory, session, [name])).length > 0) continue;
    findings.push({
      severity: 'error',
      subject: `protected group ${name}`,
      detail: 'does not exist or is not visible to the service account: its members are not protected',
      remedy: 'Correct protected.groups in the settings, or let the service account read the group.',
    });
  }
  const { length } = directory.settings.protected.groups;
  if (length > 0 && findings.length === 0)
    findings.push({ severity: 'ok', subject: 'protected groups', detail: `${length} found` });
  return findings;
}

/** Members of privileged groups are told by tokenGroups (MS-ADTS §3.1.1.4.5.19), read on an account itself. */
export async function checkTokenGroups(
  directory: Directory,
  session: AdSession,
  base: string,
): Promise<Finding[]> {
  const filter = new AndFilter({
    filters: [
      new EqualityFilter({ attribute: 'objectCategory', value: 'person' }),
      new EqualityFilter({ attribute: 'objectClass', value: 'user' }),
    ],
  });
  const [sample] = await directory.find(session, filter, ['objectGUID'], { sizeLimit: 1 }, base);
  if (!sample) return [];
  const token = await directory.readOne(session, sample.dn, ['tokenGroups']);
  if ((token?.raw('tokenGroups') ?? []).length > 0)
    return [{ severity: 'ok', subject: 'tokenGroups', detail: `can be read (${sample.dn})` }];
  return [
    {
      severity: 'error',
      subject: 'tokenGroups',
      detail: `the service account cannot read which groups ${sample.dn} is in`,
      remedy: 'Let the service account read the property set "Group Membership" of the accounts.',
    },
  ];
}
