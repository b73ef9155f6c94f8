import { AndFilter, EqualityFilter, NotFilter } from 'ldapts';
import type { ListedAccount, ResourceKind } from '../connector.js';
import { attributesOf } from './account/attribute-fence.js';
import type { Fence } from './account/fence.js';
import { replicationConflict } from './account/replication-conflict.js';
import type { Directory } from './domain/directory.js';
import { readMembers } from './members/read-members.js';
import type { AdEntry } from './session/entry.js';
import type { AdSettings } from './settings.js';
import { isWithin } from './values/dn.js';
import { isEnabled } from './values/user-account-control.js';

const PAGE = 500;
/** Large and rarely compared: read one account at a time instead. */
const LARGE = new Set(['thumbnailphoto', 'jpegphoto', 'member', 'usercertificate']);

/** Everything of one kind in the managed scope, a page at a time. */
export class Inventory {
  constructor(
    private readonly directory: Directory,
    private readonly fence: Fence,
    private readonly settings: AdSettings,
    private readonly mapped: Readonly<Record<string, readonly string[]>>,
  ) {}

  async *list(kind: ResourceKind, signal: AbortSignal): AsyncGenerator<ListedAccount> {
    const names = [...new Set((this.mapped[kind] ?? []).flatMap(attributesOf))].filter(
      (name) => !LARGE.has(name.toLowerCase()),
    );
    for (const base of outermost(this.fence.bases(kind))) {
      for await (const page of this.pages(kind, base, names, signal)) {
        for (const entry of page) yield this.listed(kind, entry, names, signal);
      }
    }
  }

  private async *pages(
    kind: ResourceKind,
    base: string,
    names: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<AdEntry[]> {
    const isKind = new EqualityFilter({
      attribute: 'objectClass',
      value: kind === 'Group' ? 'group' : 'user',
    });
    const notComputer = new NotFilter({
      filter: new EqualityFilter({ attribute: 'objectClass', value: 'computer' }),
    });
    const options = {
      scope: 'sub' as const,
      filter: kind === 'Group' ? isKind : new AndFilter({ filters: [isKind, notComputer] }),
      attributes: [
        'objectGUID',
        'userAccountControl',
        'sAMAccountName',
        this.settings.anchorAttribute,
        ...names,
      ],
    };
    yield* this.directory.stream(signal, `list ${base}`, (session) => session.pages(base, options, PAGE));
  }

  private listed(
    kind: ResourceKind,
    entry: AdEntry,
    names: readonly string[],
    signal: AbortSignal,
  ): ListedAccount {
    const stamp = entry.one(this.settings.anchorAttribute);
    const present = names.filter((name) => entry.raw(name).length > 0);
    const control = entry.number('userAccountControl');
    const conflict = replicationConflict(entry);
    return {
      anchor: entry.guid,
      ...(stamp === undefined ? {} : { stamp }),
      description: entry.dn,
      ...(conflict === undefined ? {} : { conflict }),
      ...(control === undefined ? {} : { enabled: isEnabled(control) }),
      attributes: Object.fromEntries(
        present.map((name) => [
          name,
          entry.raw(name).map((value) => (typeof value === 'string' ? value : value.toString('base64'))),
        ]),
      ),
      ...(kind === 'Group' ? { members: this.members(entry.guid, signal) } : {}),
    };
  }

  private async *members(guid: string, signal: AbortSignal): AsyncGenerator<string> {
    for await (const range of this.directory.stream(signal, 'read the members of a group', (session) =>
      readMembers(session, guid),
    ))
      yield* range;
  }
}

/** A base below another would be listed twice. */
function outermost(bases: readonly string[]): string[] {
  return bases.filter(
    (base, index) =>
      !bases.some((other, at) => at !== index && isWithin(base, other) && (base !== other || at < index)),
  );
}
