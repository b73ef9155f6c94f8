import { newId } from '../../identity/id.js';
import type { Resource } from '../../identity/model.js';
import type { ResourceStore, UnitOfWork } from '../../identity/ports.js';
import { labelOf } from '../label.js';
import { priorities, type Cause, type Link } from '../model.js';
import type { EdgeStore, PassProgress, PassStore, StoreClock } from '../ports.js';
import type { LinkStore } from '../link-store.js';
import type { RunningTarget } from '../targets.js';
import { datedRevision, undated, type Pass } from './pass.js';
import { resourcePage } from './resource-page.js';

export interface TargetPassParts {
  unitOfWork: UnitOfWork;
  resources: ResourceStore;
  links: LinkStore;
  edges: EdgeStore;
  clock: StoreClock;
  progress: PassStore;
  pageSize: number;
  wake(): void;
}

/** After a change of its file everything in a target is looked at again, and what has no link yet gets one. */
export class TargetPass implements Pass {
  readonly name: string;
  private readonly types: readonly string[];
  private readonly moving: readonly string[];

  constructor(
    private readonly parts: TargetPassParts,
    private readonly target: RunningTarget,
  ) {
    const { objects } = target.definition;
    this.name = passName(target.name);
    this.types = Object.keys(objects);
    this.moving = this.types.filter((type) => objects[type]!.timeDependent);
  }

  /** Another revision in the store means that another configuration is the active one: its replicas do the work. */
  async wanted(now: number): Promise<string | undefined> {
    const { revision } = this.target.definition;
    if ((await this.target.state()).revision !== revision) return undefined;
    return datedRevision(revision, this.moving.length > 0, now);
  }

  async begin(revision: string, previous: PassProgress | undefined): Promise<PassProgress> {
    const same = previous !== undefined && undated(previous.revision) === undated(revision);
    // A pass that midnight overtook is finished first; the day's own follows it.
    if (same && previous.state === 'running') return previous;
    const step = previous?.revision === away.revision ? 'all links' : same ? 'daily' : 'links';
    return { revision, state: 'running', step, after: '', done: 0, total: 0 };
  }

  async page(progress: PassProgress): Promise<PassProgress> {
    if (progress.step === 'links' || progress.step === 'all links') return this.raiseLinks(progress);
    return progress.step === 'daily' ? this.raiseMoving(progress) : this.makeLinks(progress);
  }

  private async raiseLinks(progress: PassProgress): Promise<PassProgress> {
    const { links, pageSize, wake } = this.parts;
    const all = progress.step === 'all links';
    const revision = all ? '' : undated(progress.revision);
    const { last, raised } = await links.raisePage(this.target.name, progress.after, pageSize, revision);
    wake();
    const done = progress.done + raised;
    return this.save(
      last === undefined
        ? { ...progress, done, step: all ? 'all missing' : 'missing', after: '' }
        : { ...progress, done, after: last },
    );
  }

  /** Accounts whose mapping reads the calendar. */
  private async raiseMoving(progress: PassProgress): Promise<PassProgress> {
    const { links, unitOfWork, pageSize, wake } = this.parts;
    const filter = { target: this.target.name, limit: pageSize };
    const page = await links.list(progress.after === '' ? filter : { ...filter, after: progress.after });
    const moving = page.filter(
      ({ resourceType, state }) =>
        this.moving.includes(resourceType) && (state === 'applied' || state === 'parked'),
    );
    const cause = causeOf('the calendar');
    await unitOfWork.run(async (tx) => {
      for (const link of moving) await links.raise(tx, again(link, cause));
    });
    wake();
    const last = page.at(-1)?.id;
    const done = progress.done + moving.length;
    return this.save(
      last === undefined ? { ...progress, done, state: 'done' } : { ...progress, done, after: last },
    );
  }

  /** Resources without a link: the target, or a type in its file, is new. For a target that was away, all memberships too. */
  private async makeLinks(progress: PassProgress): Promise<PassProgress> {
    const { resources, links, edges, unitOfWork, clock, pageSize, wake } = this.parts;
    const { name } = this.target;
    const page = await resourcePage(resources, this.types, progress.after, pageSize);
    const accounts = await resources.accounts(page.resources.map(({ id }) => id));
    const missing = page.resources.filter(
      ({ id }) => !(accounts.get(id) ?? []).some(({ target }) => target === name),
    );
    const cause = causeOf('a new target or type');
    await unitOfWork.run(async (tx) => {
      const at = await clock.now(tx);
      for (const resource of missing) {
        await links.raise(tx, first(name, resource, cause));
      }
      const all = progress.step === 'all missing' ? page.resources : missing;
      for (const { id, type } of all) if (type === 'Group') await edges.raiseAll(tx, name, id, at);
    });
    wake();
    const done = progress.done + missing.length;
    const state = page.next === undefined ? 'done' : 'running';
    return this.save({ ...progress, done, state, after: page.next ?? '', total: page.total });
  }

  private async save(progress: PassProgress): Promise<PassProgress> {
    await this.parts.unitOfWork.run((tx) =>
      this.parts.progress.save(tx, this.name, this.target.name, progress),
    );
    return progress;
  }
}

/** Progress of a target that no file speaks of: it does not know what happened since. */
export const away: PassProgress = {
  revision: 'away',
  state: 'done',
  step: '',
  after: '',
  done: 0,
  total: 0,
};

export const passName = (target: string): string => `target ${target}`;

const causeOf = (why: string): Cause => ({ caller: why, source: 'mapping', correlationId: newId() });

function again({ target, resourceId, resourceType, label }: Link, cause: Cause) {
  return { target, resourceId, resourceType, label, cause, priority: priorities.background };
}

function first(target: string, resource: Resource, cause: Cause) {
  const { id, type } = resource;
  return {
    target,
    resourceId: id,
    resourceType: type,
    label: labelOf(resource),
    cause,
    priority: priorities.background,
  };
}
