import { ConnectorError, type ListedAccount } from '../../connectors/connector.js';
import { newId } from '../../identity/id.js';
import type { Resource } from '../../identity/model.js';
import type { Change, ChangeLog, ResourceIndexer, Transaction } from '../../identity/ports.js';
import type { AttemptParts } from '../attempt/parts.js';
import type { Findings } from '../jobs/findings.js';
import type { InventoryStore } from '../jobs/inventory-store.js';
import type { Job } from '../jobs/job.js';
import { jobCaller, raisedBy } from '../jobs/job-caller.js';
import { labelOf } from '../label.js';
import type { Preview, Previewing } from '../preview.js';
import type { RunningTarget } from '../targets.js';
import type { ReverseMapping } from './reverse-mapping.js';

export interface ImportAccountsParts extends Pick<
  AttemptParts,
  'links' | 'resources' | 'unitOfWork' | 'clock' | 'storeId'
> {
  inventory: InventoryStore;
  indexer: ResourceIndexer;
  previewing: Previewing;
  changeLog: ChangeLog;
}

interface Candidate {
  account: ListedAccount;
  resource: Resource;
  /** What delivery would write to make the account as the mapping wants it. */
  preview: Preview;
}

/** Makes resources of accounts that nobody provisioned, linked to them. */
export class ImportAccounts {
  constructor(private readonly parts: ImportAccountsParts) {}

  async page(
    job: Job,
    target: RunningTarget,
    type: string,
    reverse: ReverseMapping,
    page: readonly ListedAccount[],
    findings: Findings,
    signal: AbortSignal,
  ): Promise<void> {
    const linked = await this.parts.inventory.linksByAnchor(
      target.name,
      page.map(({ anchor }) => anchor),
    );
    findings.count('alreadyLinked', linked.size);
    const candidates: Candidate[] = [];
    for (const account of page) {
      if (linked.has(account.anchor)) continue;
      const candidate = await this.candidate(target, type, reverse, account, findings, signal);
      if (candidate) candidates.push(candidate);
    }
    const free = await this.withoutClash(type, candidates, findings);
    if (free.length > 0 && job.progress.apply) await this.insert(job, target, reverse, free, findings);
    else for (const candidate of free) report(candidate, reverse, findings);
  }

  private async candidate(
    target: RunningTarget,
    type: string,
    reverse: ReverseMapping,
    account: ListedAccount,
    findings: Findings,
    signal: AbortSignal,
  ): Promise<Candidate | undefined> {
    const refuse = (detail: string) => {
      findings.list('rejected', { label: account.description, account: account.anchor, detail });
      return undefined;
    };
    if (account.stamp?.startsWith(`${this.parts.storeId}:`))
      return refuse('it bears our stamp already: see the orphans and duplicates of `landfall reconcile`');
    if (account.stamp !== undefined) return refuse(`it belongs to another gateway (${account.stamp})`);
    if (account.conflict !== undefined) return refuse(account.conflict);
    const read = reverse.read(account);
    if (read.kind === 'rejected') return refuse(read.detail);
    const resource: Resource = {
      id: newId(),
      type,
      version: 1,
      created: 0,
      lastModified: 0,
      attributes: read.attributes,
    };
    const known = { anchor: account.anchor, createdByUs: false };
    const preview = await this.parts.previewing.one(target, resource, signal, known);
    if (preview.problemKind === 'unavailable' || preview.problemKind === 'unknown')
      throw new ConnectorError({ kind: preview.problemKind, detail: preview.problem! });
    if (preview.problem !== undefined) return refuse(preview.problem);
    return { account, resource, preview };
  }

  /** Who has the userName already: a resource of the store, or an account before it on the page. */
  private async withoutClash(
    type: string,
    candidates: readonly Candidate[],
    findings: Findings,
  ): Promise<Candidate[]> {
    const keysOf = candidates.map(({ resource }) => this.parts.indexer.index(type, resource.attributes).keys);
    const holders = await this.parts.inventory.keyHolders(type, keysOf.flat());
    return candidates.filter(({ account, resource }, index) => {
      const keys = keysOf[index]!;
      const taken = keys.find(({ path, value }) => holders.has(`${path}\n${value}`));
      if (taken) {
        refuseTaken(account, taken.path, type, findings);
        return false;
      }
      keys.forEach(({ path, value }) => holders.set(`${path}\n${value}`, resource.id));
      return true;
    });
  }

  private async insert(
    job: Job,
    target: RunningTarget,
    reverse: ReverseMapping,
    candidates: readonly Candidate[],
    findings: Findings,
  ): Promise<void> {
    const changeIds = candidates.map(() => newId());
    const outcomes = await this.parts.unitOfWork.run(async (tx) => {
      const at = await this.parts.clock.now(tx);
      const written: ('imported' | 'linked' | string)[] = [];
      for (const [index, candidate] of candidates.entries())
        written.push(await this.insertOne(tx, job, target, reverse, candidate, changeIds[index]!, at));
      return written;
    });
    this.parts.changeLog.wake();
    outcomes.forEach((outcome, index) => {
      const candidate = candidates[index]!;
      if (outcome === 'imported') report(candidate, reverse, findings);
      else if (outcome === 'linked') findings.count('alreadyLinked');
      else refuseTaken(candidate.account, outcome, candidate.resource.type, findings);
    });
  }

  /** `imported`, `linked` when somebody was faster, or the path whose value another resource has. */
  private async insertOne(
    tx: Transaction,
    job: Job,
    target: RunningTarget,
    reverse: ReverseMapping,
    { account, resource: { attributes, id, type }, preview }: Candidate,
    changeId: string,
    at: number,
  ): Promise<string> {
    const { links, resources, indexer, changeLog } = this.parts;
    if (await links.byAnchor(target.name, account.anchor, tx)) return 'linked';
    const resource: Resource = { id, type, version: 1, created: at, lastModified: at, attributes };
    const index = indexer.index(type, attributes);
    const clash = await resources.insert(tx, { resource, index });
    if (clash) return clash.path;
    const change: Change = {
      id: changeId,
      kind: 'create',
      resource,
      versionAfter: 1,
      edges: [],
      caller: jobCaller(job),
      at,
      decidable: false,
    };
    await changeLog.record(tx, change);
    const link = (await links.find(target.name, id, tx))!;
    await links.setState(tx, link.id, 'applied', { anchor: account.anchor });
    // Equal accounts are delivered nothing; the others after everything that somebody waits for, and after their references are read.
    if (preview.action !== 'none' && reverse.referred(account).length === 0)
      await links.raise(tx, raisedBy(job, { ...link, label: labelOf(resource) }));
    return 'imported';
  }
}

function report(
  { account, resource, preview }: Candidate,
  { references }: ReverseMapping,
  findings: Findings,
): void {
  const known = new Set(references.map(({ target }) => target.toLowerCase()));
  const written = preview.changes.filter(({ attribute }) => !known.has(attribute.toLowerCase()));
  const changes = written.map(({ attribute }) => attribute).join(', ');
  const differs = preview.action !== 'none' && (written.length > 0 || preview.changes.length === 0);
  if (differs) findings.count('differing');
  findings.list('imported', {
    label: labelOf(resource),
    account: account.description,
    detail: differs ? `delivery will then write ${changes || preview.action}` : 'equal',
  });
}

function refuseTaken(account: ListedAccount, path: string, type: string, findings: Findings): void {
  findings.list('rejected', {
    label: account.description,
    account: account.anchor,
    detail: `another ${type} of the store has its ${path}; a match rule of the target file can adopt the account`,
  });
}
