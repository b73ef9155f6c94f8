import { Change } from 'ldapts';
import { ConnectorError, type Applied } from '../../connector.js';
import type { Directory } from '../domain/directory.js';
import { AdError } from '../errors/ad-error.js';
import { connectorError } from '../errors/connector-error.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdSettings } from '../settings.js';
import { PlainControl, TREE_DELETE } from '../values/controls.js';
import { childDn, sameDn } from '../values/dn.js';
import { guidDn } from '../values/guid.js';
import { appliedTo, FACTS } from './applied.js';
import { hasDeletableChildren } from './children.js';
import { AccountCreation } from './create-account.js';
import { FENCE_ATTRIBUTES, type Fence } from './fence.js';
import { attribute, isUniqueness, withApplied } from './ldap-changes.js';
import type { Marking } from './marking.js';
import { guardedAccount, modifyAccount } from './modify-account.js';
import type { AccountSteps } from './steps.js';
import { findClash } from './uniqueness.js';

/** Carries out the steps of a plan. Whoever is interrupted here makes a new plan and finds done what was done. */
export class AccountExecutor {
  private readonly creation: AccountCreation;

  constructor(
    private readonly directory: Directory,
    private readonly fence: Fence,
    private readonly settings: AdSettings,
    private readonly marking: Marking,
  ) {
    this.creation = new AccountCreation(directory, fence, settings);
  }

  async execute(steps: AccountSteps, signal: AbortSignal): Promise<Applied> {
    if (steps.create) return this.creation.create(steps, signal);
    if (steps.remove) return this.remove(steps, signal);
    return this.update(steps, signal);
  }

  private async update(planned: AccountSteps, signal: AbortSignal): Promise<Applied> {
    const doing = `change "${planned.label}"`;
    return this.directory.run(signal, doing, async (session) => {
      const done: string[] = [];
      let steps = planned;
      try {
        steps = await this.marking.prepare(session, planned);
        await modifyAccount(this.directory, this.fence, session, steps);
        if (steps.writes.length > 0 || steps.password || steps.enable !== undefined) done.push('modify');
        await this.leaveGroups(session, steps);
        await this.relocate(session, steps);
      } catch (error) {
        throw await this.explain(session, steps, error, doing, done.length > 0);
      }
      const entry = await this.directory.byGuid(session, steps.guid!, FACTS);
      if (!entry) throw await this.directory.notFound(`The account of "${steps.label}" is gone.`);
      return appliedTo(entry, steps, steps.password !== undefined);
    });
  }

  private async explain(
    session: AdSession,
    steps: AccountSteps,
    error: unknown,
    doing: string,
    partly: boolean,
  ): Promise<unknown> {
    if (!(error instanceof AdError)) return error;
    let shown = connectorError(error, { doing });
    if (isUniqueness(error) && session.usable) {
      const rdn = steps.place && {
        value: steps.place.name,
        givenByClient: false,
        apply: 'always' as const,
        mapping: '',
      };
      const unique = { ...steps.unique, ...(rdn ? { rdn } : {}) };
      shown =
        (await findClash(this.directory, session, {
          unique,
          parent: steps.place?.parent ?? '',
          guid: steps.guid!,
        })) ?? shown;
    }
    if (!partly) return shown;
    return withApplied(shown, {
      anchor: steps.guid!,
      createdByUs: steps.createdByUs,
      facts: {},
      warnings: [],
    });
  }

  private async leaveGroups(session: AdSession, steps: AccountSteps): Promise<void> {
    for (const guid of steps.leaves) {
      const group = await this.directory.byGuid(session, guid, FENCE_ATTRIBUTES);
      if (!group || this.fence.refusal(group, 'Group') !== undefined) continue;
      const change = new Change({
        operation: 'delete',
        modification: attribute('member', [guidDn(steps.guid!)]),
      });
      await session.modify(guidDn(guid), [change], 'modify member').catch((error: unknown) => {
        if (!(error instanceof AdError) || !error.satisfied) throw error;
      });
    }
  }

  private async relocate(session: AdSession, steps: AccountSteps): Promise<void> {
    if (!steps.place) return;
    const entry = await guardedAccount(this.directory, this.fence, session, steps);
    const target = childDn(steps.place.name, steps.place.parent);
    if (!this.fence.covers(steps.kind, target)) {
      throw new ConnectorError({
        kind: 'rejected',
        detail: `"${steps.label}" is not moved to ${target}: that is outside the managed scope.`,
      });
    }
    if (sameDn(entry.dn, target) && entry.dn === target) return;
    await session.rename(guidDn(entry.guid), target);
  }

  private async remove(steps: AccountSteps, signal: AbortSignal): Promise<Applied> {
    return this.directory.run(signal, `delete "${steps.label}"`, async (session) => {
      const entry = await this.directory.byGuid(session, steps.guid!, [
        ...FENCE_ATTRIBUTES,
        this.settings.anchorAttribute,
      ]);
      if (!entry) {
        if (await this.directory.pool.mayLag())
          throw await this.directory.notFound(`The account of "${steps.label}" is not visible.`);
        return { facts: {}, warnings: ['the account was gone already'] };
      }
      this.fence.assert(entry, steps.kind, steps.label);
      const stamp = entry.one(this.settings.anchorAttribute);
      const ours = [steps.stamp, ...(steps.formerStamps ?? [])];
      if (stamp !== undefined && !ours.includes(stamp) && steps.createdByUs) {
        throw new ConnectorError({
          kind: 'rejected',
          detail: `The account of "${steps.label}" (${entry.dn}) bears the mark of another resource and is not deleted.`,
        });
      }
      const withChildren =
        steps.remove!.withChildren &&
        session.supports(TREE_DELETE) &&
        (await hasDeletableChildren(this.directory, session, entry, steps.label));
      await session.delete(guidDn(entry.guid), withChildren ? [new PlainControl(TREE_DELETE, true)] : []);
      return { facts: {}, warnings: [] };
    });
  }
}
