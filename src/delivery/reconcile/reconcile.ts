import type { Connector, Lists } from '../../connectors/connector.js';
import type { ResourceIndexer } from '../../identity/ports.js';
import type { ResourceService } from '../../identity/resource-service.js';
import type { JsonObject } from '../../schema/types.js';
import type { SchemaRegistry } from '../../schema/schema-registry.js';
import type { AttemptParts } from '../attempt/parts.js';
import { ReverseMapping } from '../import/reverse-mapping.js';
import type { InventoryStore } from '../jobs/inventory-store.js';
import { inLanes } from '../jobs/in-lanes.js';
import type { JobRun, JobWork } from '../jobs/job-run.js';
import { Pace } from '../jobs/pace.js';
import { inPages } from '../jobs/pages.js';
import type { Previewing } from '../preview.js';
import type { RunningTarget } from '../targets.js';
import { Findings } from '../jobs/findings.js';
import { LinkDrift } from './link-drift.js';
import { ListedAccounts, listedCategories } from './listed-accounts.js';
import { MemberDrift } from './member-drift.js';

export interface ReconcileParts extends AttemptParts {
  inventory: InventoryStore;
  indexer: ResourceIndexer;
  registry: SchemaRegistry;
  previewing: Previewing;
  identity: ResourceService;
}

const pageSize = 200;
const planWithinMs = 60_000;

/** What only a person can mend. */
const unmended = ['problems', 'conflicts', 'orphans', 'duplicates', 'lookAlikes'];
/** Differences, as `landfall reconcile` ends with exit code 3 for: all of them, or what is left when they are mended. */
const pending = {
  looking: [...unmended, 'drifted', 'missing', 'membersMissing', 'membersSurplus'],
  applying: [...unmended, 'leftAlone', 'notAdopted'],
};

/** Compares a whole target with the store: first what we know of, link by link, then what the target holds besides. */
export class Reconcile implements JobWork {
  readonly kind = 'reconcile';
  private readonly drift: LinkDrift;
  private readonly members: MemberDrift;
  private readonly accounts: ListedAccounts;

  constructor(private readonly parts: ReconcileParts) {
    this.drift = new LinkDrift(parts);
    this.members = new MemberDrift(parts);
    this.accounts = new ListedAccounts(parts);
  }

  async run(run: JobRun): Promise<void> {
    const { progress } = run.job;
    const target = this.parts.targets.get(run.job.target);
    if (!target) throw new Error(`there is no target "${run.job.target}"`);
    const findings = new Findings(run.job.result);
    const kinds = Object.keys(target.definition.objects);
    const reverse = new Map(kinds.map((kind) => [kind, this.reverse(target, kind)]));
    const stretch: Stretch = { run, target, findings, reverse };
    if (progress.step === '') {
      const states = await this.parts.links.countByState(target.name);
      progress.total = Object.values(states).reduce((sum, count) => sum + count, 0);
      progress.step = 'links';
    }
    if (progress.step === 'links') await this.links(stretch);
    await this.listings(stretch, kinds);
    run.job.result = resultOf(run, findings);
  }

  private reverse(target: RunningTarget, kind: string): ReverseMapping | undefined {
    const type = this.parts.registry.resourceType(kind);
    return type && new ReverseMapping(target.definition.objects[kind]!.lines, type);
  }

  private async links(stretch: Stretch): Promise<void> {
    const { run, target } = stretch;
    const { progress } = run.job;
    const pace = new Pace(this.parts.settings.reconcile.perSecond);
    for (;;) {
      const filter = { target: target.name, limit: pageSize };
      const page = await this.parts.links.list(
        progress.after === '' ? filter : { ...filter, after: progress.after },
      );
      if (page.length === 0) break;
      await inLanes(page, lanesOf(target), async (link) => {
        await pace.turn(run.signal);
        const signal = AbortSignal.any([run.signal, AbortSignal.timeout(planWithinMs)]);
        await target.inPlace(false, () => this.link(stretch, link, signal));
      });
      progress.after = page.at(-1)!.id;
      progress.done += page.length;
      await this.keep(stretch);
      this.parts.wake();
    }
    progress.step = 'listing';
    progress.after = '';
    await this.keep(stretch);
  }

  private async link(
    { run: { job }, target, findings, reverse }: Stretch,
    link: Parameters<LinkDrift['compare']>[3],
    signal: AbortSignal,
  ): Promise<void> {
    const type = link.resourceType;
    const there = await this.drift.compare(job, target, reverse.get(type), link, findings, signal);
    if (there && this.parts.registry.resourceType(type)?.holdsMembers)
      await this.members.missing(job, target, link, findings, signal);
  }

  /** A listing cannot be entered in the middle: after an interruption it begins again, and so do its counts. */
  private async listings(stretch: Stretch, kinds: readonly string[]): Promise<void> {
    const { run, target, findings } = stretch;
    const lister = target.definition.connector as Connector & Partial<Lists>;
    if (!lister.list) {
      findings.count('notListed');
      return;
    }
    findings.forget(listedCategories);
    for (const kind of kinds) {
      for await (const page of inPages(lister.list(kind, run.signal), pageSize)) {
        const linked = await this.accounts.sort(target, kind, stretch.reverse.get(kind), page, findings);
        for (const { account, link } of linked) {
          if (link.state === 'applied') await this.members.surplus(run.job, target, link, account, findings);
        }
        await this.keep(stretch);
        this.parts.wake();
      }
    }
  }

  private async keep({ run, findings }: Stretch): Promise<void> {
    run.job.result = resultOf(run, findings);
    await run.checkpoint();
  }
}

interface Stretch {
  run: JobRun;
  target: RunningTarget;
  findings: Findings;
  reverse: ReadonlyMap<string, ReverseMapping | undefined>;
}

/** Half of the target's places: the others are for those who wait. */
const lanesOf = (target: RunningTarget) => Math.max(1, Math.floor(target.definition.parallel / 2));

function resultOf({ job }: JobRun, findings: Findings): JsonObject {
  return findings.result(findings.total(job.progress.apply ? pending.applying : pending.looking));
}
