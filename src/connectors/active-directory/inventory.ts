import { AndFilter, EqualityFilter, NotFilter, type SearchOptions } from 'ldapts';
import type { ListedAccount, ResourceKind } from '../connector.js';
import { attributesOf, isForbidden } from './account/attribute-fence.js';
import type { Fence } from './account/fence.js';
import { replicationConflict } from './account/replication-conflict.js';
import type { Directory } from './domain/directory.js';
import { readMembers } from './members/read-members.js';
import type { AdSession } from './session/ad-session.js';
import type { AdEntry } from './session/entry.js';
import type { AdSettings } from './settings.js';
import { ExtendedDnControl } from './values/controls.js';
import { extendedGuid, isWithin, plainDn } from './values/dn.js';
import { isEnabled } from './values/user-account-control.js';

const PAGE = 500;
/** Large and rarely compared: read one account at a time, or by who wants all that an account holds. */
const LARGE = new Set(['thumbnailphoto', 'jpegphoto']);
/** A photo has up to 100 KB (rangeUpper of thumbnailPhoto): a page stays at a few MB. */
const PAGE_WITH_LARGE = 50;

/** Everything of one kind in the managed scope, a page at a time. */
export class Inventory {
  constructor(
    private readonly directory: Directory,
    private readonly fence: Fence,
    private readonly settings: AdSettings,
    private readonly mapped: Readonly<Record<string, readonly string[]>>,
  ) {}

  async *list(kind: ResourceKind, signal: AbortSignal, whole = false): AsyncGenerator<ListedAccount> {
    const mapped = this.mapped[kind] ?? [];
    const names = [...new Set(mapped.flatMap(attributesOf))].filter(
      (name) => !isForbidden(name) && (whole || !LARGE.has(name.toLowerCase())),
    );
    const composed = mapped.filter((name) => attributesOf(name).length > 1);
    for (const base of outermost(this.fence.bases(kind))) {
      for await (const page of this.pages(kind, base, names, signal)) {
        for (const entry of page)
          yield this.listed(kind, entry, { names, composed, referring: this.referring(names) }, signal);
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
    yield* this.directory.stream(signal, `list ${base}`, (session) =>
      this.read(session, base, options, names),
    );
  }

  /** With the ids of what DNs refer to, where an attribute of the mapping holds some (MS-ADTS §3.1.1.3.4.1.5). */
  private async *read(
    session: AdSession,
    base: string,
    options: SearchOptions,
    names: readonly string[],
  ): AsyncGenerator<AdEntry[]> {
    await this.directory.schema.load(session, names);
    yield* session.pages(
      base,
      options,
      names.some((name) => LARGE.has(name.toLowerCase())) ? PAGE_WITH_LARGE : PAGE,
      this.referring(names).length > 0 ? [new ExtendedDnControl()] : [],
    );
  }

  private referring(names: readonly string[]): string[] {
    return names.filter((name) => this.directory.schema.isReference(name));
  }

  private listed(
    kind: ResourceKind,
    entry: AdEntry,
    { names, composed, referring }: Readonly<Record<'names' | 'composed' | 'referring', readonly string[]>>,
    signal: AbortSignal,
  ): ListedAccount {
    const stamp = entry.one(this.settings.anchorAttribute);
    const control = entry.number('userAccountControl');
    const dn = plainDn(entry.dn);
    const conflict = replicationConflict(entry);
    return {
      anchor: entry.guid,
      ...(stamp === undefined ? {} : { stamp }),
      description: dn,
      ...(conflict === undefined ? {} : { conflict }),
      ...(control === undefined ? {} : { enabled: isEnabled(control) }),
      attributes: Object.fromEntries(
        [
          ...names.map(
            (name) =>
              [
                name,
                referring.includes(name) ? texts(entry, name).map(plainDn) : texts(entry, name),
              ] as const,
          ),
          ...composed.map((name) => [name, partsOf(name).flatMap((part) => texts(entry, part))] as const),
        ].filter(([, values]) => values.length > 0),
      ),
      references: Object.fromEntries(
        referring.map((name) => [name, entry.all(name).flatMap((value) => extendedGuid(value) ?? [])]),
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

function texts(entry: AdEntry, name: string): string[] {
  return entry.raw(name).map((value) => (typeof value === 'string' ? value : value.toString('base64')));
}

/** What a mapping line of several attributes was given: the values of a family, and of a country its letters. */
function partsOf(name: string): readonly string[] {
  const parts = attributesOf(name);
  return name.includes('+') ? parts : parts.slice(0, 1);
}

/** A base below another would be listed twice. */
function outermost(bases: readonly string[]): string[] {
  return bases.filter(
    (base, index) =>
      !bases.some((other, at) => at !== index && isWithin(base, other) && (base !== other || at < index)),
  );
}
