import { AndFilter, EqualityFilter } from 'ldapts';
import type { Match, ResourceKind, Subject } from '../../connector.js';
import type { Directory } from '../domain/directory.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import type { AdSettings } from '../settings.js';
import { FENCE_ATTRIBUTES, type Fence } from './fence.js';
import { replicationConflict } from './replication-conflict.js';
import { storeOf } from './stamp.js';

/** Finds the account of a resource that has none on record: by our own stamp, then by the rules that the mapping opts in to. */
export class Matching {
  constructor(
    private readonly directory: Directory,
    private readonly fence: Fence,
    private readonly settings: AdSettings,
  ) {}

  async match(session: AdSession, subject: Subject): Promise<Match> {
    const stamped = await this.found(session, subject.kind, this.settings.anchorAttribute, subject.stamp);
    if (stamped.length > 0) return this.one(session, subject, stamped, 'stamp');
    for (const { attribute, value } of subject.match) {
      const found = await this.found(session, subject.kind, attribute, value);
      if (found.length > 0) return this.one(session, subject, found, attribute);
    }
    // The create of an account that is not here may have gone to the former controller, its answer lost.
    const absence = await this.directory.notFound(`No account matches "${subject.label}".`);
    if (absence.kind === 'unavailable') throw absence;
    return { kind: 'none' };
  }

  private async one(
    session: AdSession,
    subject: Subject,
    found: readonly AdEntry[],
    rule: string,
  ): Promise<Match> {
    const [entry] = found;
    if (!entry) return { kind: 'none' };
    const setting = rule === 'stamp' ? undefined : `mapping ${rule} match`;
    const refused = (detail: string): Match => ({ kind: 'refused', detail, ...(setting ? { setting } : {}) });
    if (found.length > 1) {
      const reason = found.map(replicationConflict).find((each) => each !== undefined);
      return refused(
        `${found.length} accounts of the domain match "${subject.label}" by ${rule}: ${found.map(({ dn }) => dn).join('; ')}. None is chosen${reason === undefined ? '.' : `: of one of them, ${reason}`}`,
      );
    }
    const refusal = this.fence.refusal(entry, subject.kind);
    if (refusal) return refused(`${entry.dn} matches "${subject.label}" by ${rule}, but ${refusal}`);
    const stamp = entry.one(this.settings.anchorAttribute);
    if (
      rule !== 'stamp' &&
      stamp &&
      storeOf(stamp) !== undefined &&
      storeOf(stamp) !== storeOf(subject.stamp)
    ) {
      return refused(
        `${entry.dn} matches "${subject.label}" by ${rule}, but another gateway manages it (${this.settings.anchorAttribute}).`,
      );
    }
    if (rule !== 'stamp') await this.fence.assertNotPrivileged(session, entry, subject.label);
    return { kind: 'found', anchor: entry.guid, rule, description: entry.dn, ...(stamp ? { stamp } : {}) };
  }

  /** In the whole domain, not only the scope: a twin outside it is a reason to refuse, not to create. */
  private async found(
    session: AdSession,
    kind: ResourceKind,
    attribute: string,
    value: string,
  ): Promise<AdEntry[]> {
    const filter = new AndFilter({
      filters: [
        new EqualityFilter({ attribute: 'objectClass', value: kind === 'Group' ? 'group' : 'user' }),
        new EqualityFilter({ attribute, value }),
      ],
    });
    return this.directory.find(session, filter, [...FENCE_ATTRIBUTES, this.settings.anchorAttribute], {
      sizeLimit: 0,
    });
  }
}
