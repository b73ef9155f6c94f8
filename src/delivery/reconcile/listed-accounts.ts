import type { ListedAccount, ResourceKind } from '../../connectors/connector.js';
import type { ResourceIndexer } from '../../identity/ports.js';
import type { AttemptParts } from '../attempt/parts.js';
import type { ReverseMapping } from '../import/reverse-mapping.js';
import type { InventoryStore, LinkedAccount } from '../jobs/inventory-store.js';
import type { RunningTarget } from '../targets.js';
import type { Findings } from '../jobs/findings.js';

export interface ListedAccountsParts extends Pick<AttemptParts, 'links' | 'resources' | 'storeId'> {
  inventory: InventoryStore;
  indexer: ResourceIndexer;
}

/** What the listing of a target can find, so that a listing that begins again counts nothing twice. */
export const listedCategories = [
  'listed',
  'conflicts',
  'orphans',
  'duplicates',
  'lookAlikes',
  'otherGateways',
  'unmanaged',
  'membersSurplus',
  'membersNotOurs',
] as const;

/** Sorts what a target holds: ours, orphaned, twice there, looking like one of ours, or none of our business. */
export class ListedAccounts {
  constructor(private readonly parts: ListedAccountsParts) {}

  /** The accounts of the page that have a link, with it. */
  async sort(
    target: RunningTarget,
    kind: ResourceKind,
    reverse: ReverseMapping | undefined,
    page: readonly ListedAccount[],
    findings: Findings,
  ): Promise<{ account: ListedAccount; link: LinkedAccount }[]> {
    findings.count('listed', page.length);
    const linked = await this.parts.inventory.linksByAnchor(
      target.name,
      page.map(({ anchor }) => anchor),
    );
    this.conflicts(page, linked, findings);
    const strangers = page.filter(({ anchor, conflict }) => conflict === undefined && !linked.has(anchor));
    const unstamped = await this.stamped(target, strangers, findings);
    await this.lookAlikes(target, kind, reverse, unstamped, findings);
    return page.flatMap((account) => {
      const link = linked.get(account.anchor);
      return link ? [{ account, link }] : [];
    });
  }

  /** Linked or not, they are not written: somebody has to look. */
  private conflicts(
    page: readonly ListedAccount[],
    linked: ReadonlyMap<string, LinkedAccount>,
    findings: Findings,
  ): void {
    for (const { anchor, conflict: detail, description: label } of page) {
      if (detail === undefined) continue;
      const resourceId = linked.get(anchor)?.resourceId;
      findings.list('conflicts', {
        label,
        account: anchor,
        detail,
        ...(resourceId === undefined ? {} : { resourceId }),
      });
    }
  }

  /** Accounts with a stamp and no link; those without a stamp are returned. */
  private async stamped(
    target: RunningTarget,
    accounts: readonly ListedAccount[],
    findings: Findings,
  ): Promise<ListedAccount[]> {
    const { resources, links, storeId } = this.parts;
    const prefix = `${storeId}:`;
    const idOf = ({ stamp }: ListedAccount) =>
      stamp?.startsWith(prefix) ? stamp.slice(prefix.length) : undefined;
    const ids = accounts.flatMap((account) => idOf(account) ?? []);
    const types = await resources.typesOf(undefined, ids);
    const anchors = await links.anchors(target.name, ids);
    const unstamped: ListedAccount[] = [];
    for (const account of accounts) {
      const resourceId = idOf(account);
      const row = { label: account.description, account: account.anchor };
      if (account.stamp === undefined) unstamped.push(account);
      else if (resourceId === undefined) findings.count('otherGateways');
      else if (!types.has(resourceId))
        findings.list('orphans', { ...row, detail: `stamped for the resource ${resourceId}, which is gone` });
      else {
        const other = anchors.get(resourceId);
        const detail =
          other === undefined
            ? 'bears the stamp of a resource that has no account yet'
            : `a second account with the stamp of ${other}`;
        findings.list(other === undefined ? 'lookAlikes' : 'duplicates', { ...row, resourceId, detail });
      }
    }
    return unstamped;
  }

  private async lookAlikes(
    target: RunningTarget,
    kind: ResourceKind,
    reverse: ReverseMapping | undefined,
    accounts: readonly ListedAccount[],
    findings: Findings,
  ): Promise<void> {
    const alike = new Map<ListedAccount, { resourceId: string; why: string }>();
    await this.byReservation(target, kind, accounts, alike);
    await this.byKey(kind, reverse, accounts, alike);
    for (const account of accounts) {
      const found = alike.get(account);
      const row = { label: account.description, account: account.anchor };
      if (found) findings.list('lookAlikes', { ...row, resourceId: found.resourceId, detail: found.why });
      else findings.count('unmanaged');
    }
  }

  private async byReservation(
    target: RunningTarget,
    kind: ResourceKind,
    accounts: readonly ListedAccount[],
    alike: Map<ListedAccount, { resourceId: string; why: string }>,
  ): Promise<void> {
    const { kind: connector, settings, name, objects } = target.definition;
    for (const attribute of objects[kind]?.mappedAttributes ?? []) {
      const space = connector.nameSpace(settings, kind, attribute);
      if (space === undefined) continue;
      const valueOf = (account: ListedAccount) => account.attributes[attribute]?.[0];
      const folded = accounts.flatMap((account) => {
        const value = valueOf(account);
        return value === undefined ? [] : [connector.fold(attribute, value)];
      });
      const holders = await this.parts.inventory.reservedBy(name, space, folded);
      for (const account of accounts) {
        const value = valueOf(account);
        const resourceId = value === undefined ? undefined : holders.get(connector.fold(attribute, value));
        if (resourceId !== undefined)
          alike.set(account, { resourceId, why: `${attribute} "${value}" is reserved for this resource` });
      }
    }
  }

  private async byKey(
    kind: ResourceKind,
    reverse: ReverseMapping | undefined,
    accounts: readonly ListedAccount[],
    alike: Map<ListedAccount, { resourceId: string; why: string }>,
  ): Promise<void> {
    if (!reverse) return;
    const keysOf = new Map(
      accounts.map((account) => [
        account,
        this.parts.indexer.index(kind, reverse.read(account).attributes).keys,
      ]),
    );
    const holders = await this.parts.inventory.keyHolders(kind, [...keysOf.values()].flat());
    for (const [account, keys] of keysOf) {
      const key = keys.find(({ path, value }) => holders.has(`${path}\n${value}`));
      if (key && !alike.has(account))
        alike.set(account, {
          resourceId: holders.get(`${key.path}\n${key.value}`)!,
          why: `has the ${key.path} of this resource`,
        });
    }
  }
}
