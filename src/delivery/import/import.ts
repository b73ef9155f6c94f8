import type { Connector, Lists } from '../../connectors/connector.js';
import type { ChangeLog, ResourceIndexer } from '../../identity/ports.js';
import type { ResourceService } from '../../identity/resource-service.js';
import type { SchemaRegistry } from '../../schema/schema-registry.js';
import type { AttemptParts } from '../attempt/parts.js';
import { Findings } from '../jobs/findings.js';
import type { InventoryStore } from '../jobs/inventory-store.js';
import type { JobRun, JobWork } from '../jobs/job-run.js';
import { Pace } from '../jobs/pace.js';
import { inPages } from '../jobs/pages.js';
import type { Previewing } from '../preview.js';
import type { RunningTarget } from '../targets.js';
import { ImportAccounts } from './import-accounts.js';
import { ImportMembers } from './import-members.js';
import { ImportReferences } from './import-references.js';
import { ReverseMapping } from './reverse-mapping.js';

export interface ImportParts extends AttemptParts {
  inventory: InventoryStore;
  indexer: ResourceIndexer;
  registry: SchemaRegistry;
  previewing: Previewing;
  changeLog: ChangeLog;
  identity: ResourceService;
}

const pageSize = 100;
const pageWithinMs = 120_000;

/** Brings the existing accounts of a target into the store, so that a first cycle of a client finds them there. */
export class Import implements JobWork {
  readonly kind = 'import';
  private readonly accounts: ImportAccounts;
  private readonly members: ImportMembers;
  private readonly references: ImportReferences;

  constructor(private readonly parts: ImportParts) {
    this.accounts = new ImportAccounts(parts);
    this.members = new ImportMembers(parts);
    this.references = new ImportReferences(parts);
  }

  /** After an interruption it lists again: what was imported is linked by then. */
  async run(run: JobRun): Promise<void> {
    const { progress } = run.job;
    const target = this.parts.targets.get(run.job.target);
    if (!target) throw new Error(`there is no target "${run.job.target}"`);
    const lister = target.definition.connector as Connector & Partial<Lists>;
    if (!lister.list) throw new Error(`the kind "${target.definition.kind.kind}" cannot list its accounts`);
    const kinds = Object.keys(target.definition.objects);
    // Groups last: their members are there by then.
    const order = [
      ...kinds.filter((kind) => !this.holdsMembers(kind)),
      ...kinds.filter((kind) => this.holdsMembers(kind)),
    ];
    const findings = this.findings(run);
    progress.done = 0;
    for (const kind of order) await this.kindOf(run, target, lister as Connector & Lists, kind, findings);
    if (progress.apply) await this.referring(run, target, lister as Connector & Lists, order, findings);
    if (progress.apply) await this.memberships(run, target, lister as Connector & Lists, order, findings);
    run.job.result = findings.result(this.differences(run, findings));
  }

  /** What was rejected or counted as linked before an interruption is seen again; what was imported is not. */
  private findings({ job }: JobRun): Findings {
    const findings = new Findings(job.result);
    findings.forget(['alreadyLinked', 'rejected', 'membersNotOurs', 'referencesNotOurs']);
    if (!job.progress.apply) findings.forget(['imported', 'differing']);
    return findings;
  }

  private async kindOf(
    run: JobRun,
    target: RunningTarget,
    lister: Lists,
    kind: string,
    findings: Findings,
  ): Promise<void> {
    const { progress } = run.job;
    const reverse = this.reverseOf(target, kind);
    if (!reverse) return;
    const pace = new Pace(this.parts.settings.reconcile.perSecond / pageSize);
    progress.step = kind;
    // What is not read here would be cleared by the first delivery.
    for await (const page of inPages(lister.list(kind, run.signal, true), pageSize)) {
      await pace.turn(run.signal);
      const signal = AbortSignal.any([run.signal, AbortSignal.timeout(pageWithinMs)]);
      await this.accounts.page(run.job, target, kind, reverse, page, findings, signal);
      progress.done += page.length;
      await this.keep(run, findings);
    }
  }

  private async referring(
    run: JobRun,
    target: RunningTarget,
    lister: Lists,
    kinds: readonly string[],
    findings: Findings,
  ): Promise<void> {
    run.job.progress.step = 'references';
    for (const kind of kinds) {
      const reverse = this.reverseOf(target, kind);
      if (!reverse || reverse.references.length === 0) continue;
      for await (const page of inPages(lister.list(kind, run.signal), pageSize)) {
        await this.references.page(run.job, target, reverse, page, findings);
        await this.keep(run, findings);
      }
    }
  }

  private reverseOf(target: RunningTarget, kind: string): ReverseMapping | undefined {
    const type = this.parts.registry.resourceType(kind);
    return type && new ReverseMapping(target.definition.objects[kind]!.lines, type);
  }

  private async memberships(
    run: JobRun,
    target: RunningTarget,
    lister: Lists,
    kinds: readonly string[],
    findings: Findings,
  ): Promise<void> {
    run.job.progress.step = 'members';
    for (const kind of kinds.filter((one) => this.holdsMembers(one))) {
      for await (const page of inPages(lister.list(kind, run.signal), pageSize)) {
        await this.members.page(run.job, target, page, findings);
        await this.keep(run, findings);
      }
    }
  }

  private holdsMembers(kind: string): boolean {
    return this.parts.registry.resourceType(kind)?.holdsMembers ?? false;
  }

  /** A preview tells that there is something to import; afterwards only what was refused is left. */
  private differences({ job }: JobRun, findings: Findings): number {
    return findings.total(job.progress.apply ? ['rejected'] : ['imported', 'rejected']);
  }

  private async keep(run: JobRun, findings: Findings): Promise<void> {
    run.job.result = findings.result(this.differences(run, findings));
    await run.checkpoint();
  }
}
