import { Attribute, Change } from 'ldapts';
import { ConnectorError, type Applied, type EdgeOutcome } from '../../connector.js';
import { FENCE_ATTRIBUTES, type Fence } from '../account/fence.js';
import type { Directory } from '../domain/directory.js';
import { AdError } from '../errors/ad-error.js';
import { connectorError } from '../errors/connector-error.js';
import type { AdSession } from '../session/ad-session.js';
import { PERMISSIVE_MODIFY, PlainControl } from '../values/controls.js';
import { guidDn } from '../values/guid.js';
import type { MemberStep, MemberSteps } from './plan-members.js';
import { membersAmong } from './read-members.js';

/** Windows takes up to 5000 values in a modify, but a request must stay below 10 MiB and hold no lock for long. */
const CHUNK = 500;

type Direction = 'add' | 'delete';

/** Writes membership deltas in chunks. A chunk that is refused because of some member is sent again without it. */
export class MemberExecutor {
  constructor(
    private readonly directory: Directory,
    private readonly fence: Fence,
  ) {}

  async execute(steps: MemberSteps, signal: AbortSignal): Promise<Applied> {
    const { group } = steps;
    const doing = `change the members of "${group.label}"`;
    return this.directory.run(signal, doing, async (session) => {
      const entry = await this.directory.byGuid(session, group.anchor, FENCE_ATTRIBUTES);
      if (!entry) throw await this.directory.notFound(`The group "${group.label}" is gone.`);
      this.fence.assert(entry, 'Group', group.label);
      await this.fence.assertNotPrivileged(session, entry, group.label);
      const outcomes: EdgeOutcome[] = [];
      try {
        for (const chunk of chunks(steps.remove))
          await this.write(session, entry.dn, group.anchor, 'delete', chunk, outcomes, doing);
        for (const chunk of chunks(steps.add))
          await this.write(session, entry.dn, group.anchor, 'add', chunk, outcomes, doing);
      } catch (error) {
        if (!(error instanceof AdError) || outcomes.length === 0) throw error;
        return applied(group, [
          ...outcomes,
          ...rest(steps, outcomes, connectorError(error, { doing, attribute: 'member' })),
        ]);
      }
      return applied(group, outcomes);
    });
  }

  private async write(
    session: AdSession,
    groupDn: string,
    groupGuid: string,
    direction: Direction,
    members: readonly MemberStep[],
    outcomes: EdgeOutcome[],
    doing: string,
  ): Promise<void> {
    if (members.length === 0) return;
    try {
      await this.send(session, groupGuid, direction, members);
      members.forEach(({ memberId }) => outcomes.push({ memberId, kind: 'applied' }));
    } catch (error) {
      if (!(error instanceof AdError) || error.resultCode === undefined || !blamesMember(error)) throw error;
      await this.repair(session, groupDn, groupGuid, direction, members, outcomes, doing, error);
    }
  }

  private async send(
    session: AdSession,
    groupGuid: string,
    direction: Direction,
    members: readonly MemberStep[],
  ): Promise<void> {
    const values = members.map(({ guid }) => guidDn(guid));
    const change = new Change({
      operation: direction,
      modification: new Attribute({ type: 'member', values }),
    });
    const permissive = session.identity.vendor === 'microsoft' && session.supports(PERMISSIVE_MODIFY);
    await session.modify(
      guidDn(groupGuid),
      [change],
      'modify member',
      permissive ? [new PlainControl(PERMISSIVE_MODIFY)] : [],
    );
  }

  /** The whole modify was undone. What is as wanted already is dropped; a culprit is found by halving. */
  private async repair(
    session: AdSession,
    groupDn: string,
    groupGuid: string,
    direction: Direction,
    members: readonly MemberStep[],
    outcomes: EdgeOutcome[],
    doing: string,
    error: AdError,
  ): Promise<void> {
    const again = (some: readonly MemberStep[]) =>
      this.write(session, groupDn, groupGuid, direction, some, outcomes, doing);
    const present = await membersAmong(
      this.directory,
      session,
      groupDn,
      members.map(({ guid }) => guid),
    );
    const settled = members.filter(({ guid }) => present.has(guid) === (direction === 'add'));
    const open = members.filter((member) => !settled.includes(member));
    settled.forEach(({ memberId }) => outcomes.push({ memberId, kind: 'applied' }));
    if (open.length < members.length) return again(open);
    if (open.length === 1) {
      outcomes.push({ memberId: open[0]!.memberId, kind: 'failed', error: memberError(error, doing) });
      return;
    }
    const named = open.find(({ guid }) => guid === error.memberGuid);
    if (named) {
      await again([named]);
      return again(open.filter((member) => member !== named));
    }
    const half = Math.ceil(open.length / 2);
    await again(open.slice(0, half));
    await again(open.slice(half));
  }
}

/** Answers that some member among many can cause; everything else is about the group or the connection. */
function blamesMember(error: AdError): boolean {
  return error.satisfied || [16, 19, 20, 32, 34, 53, 68].includes(error.resultCode!);
}

/** "No such object" on a member write means the member, not the group. */
function memberError(error: AdError, doing: string): ConnectorError {
  const shown = connectorError(error, { doing, attribute: 'member' });
  if (error.resultCode !== 32) return shown;
  return new ConnectorError(
    {
      kind: 'missing',
      attribute: 'member',
      detail: 'The account of the member is not in the domain.',
      diagnostic: error.text,
    },
    error,
  );
}

function applied(group: MemberSteps['group'], edges: readonly EdgeOutcome[]): Applied {
  return { anchor: group.anchor, createdByUs: group.createdByUs, facts: {}, warnings: [], edges };
}

/** Edges that were not reached when the connection failed. */
function rest(steps: MemberSteps, outcomes: readonly EdgeOutcome[], error: ConnectorError): EdgeOutcome[] {
  const known = new Set(outcomes.map(({ memberId }) => memberId));
  return [...steps.remove, ...steps.add]
    .filter(({ memberId }) => !known.has(memberId))
    .map(({ memberId }) => ({ memberId, kind: 'failed', error }));
}

function chunks(steps: readonly MemberStep[]): MemberStep[][] {
  return Array.from({ length: Math.ceil(steps.length / CHUNK) }, (_, index) =>
    steps.slice(index * CHUNK, (index + 1) * CHUNK),
  );
}
