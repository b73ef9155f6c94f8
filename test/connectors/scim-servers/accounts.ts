import { randomUUID } from 'node:crypto';

export type Document = Record<string, unknown>;

/** An application's own refusal, to be told in its protocol. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly scimType: string | undefined,
    detail: string,
  ) {
    super(detail);
  }
}

/** What an application keeps behind its SCIM server. */
export class Accounts {
  readonly users = new Map<string, Document>();
  readonly groups = new Map<string, Document>();

  constructor(readonly uniqueNames = true) {}

  of(kind: string): Map<string, Document> {
    return kind === 'Group' ? this.groups : this.users;
  }

  nameOf(kind: string, document: Document | undefined): string {
    return String(document?.[kind === 'Group' ? 'displayName' : 'userName'] ?? '');
  }

  count(kind: string, name: string): number {
    return [...this.of(kind).values()].filter((one) => this.nameOf(kind, one) === name).length;
  }

  save(kind: string, id: string | undefined, document: Document): Document {
    const accounts = this.of(kind);
    if (id !== undefined && !accounts.has(id)) throw new Refused(404, undefined, `Resource ${id} not found`);
    const name = this.nameOf(kind, document).toLowerCase();
    const taken = [...accounts].some(
      ([other, account]) => other !== id && this.nameOf(kind, account).toLowerCase() === name,
    );
    const attribute = kind === 'Group' ? 'displayName' : 'userName';
    if (taken && this.uniqueNames) throw new Refused(409, 'uniqueness', `${attribute} is in use`);
    if (kind === 'Group') this.checkMembers(document);
    const saved = { ...structuredClone(document), id: id ?? randomUUID() };
    accounts.set(saved.id, saved);
    return saved;
  }

  remove(kind: string, id: string): void {
    if (!this.of(kind).delete(id)) throw new Refused(404, undefined, `Resource ${id} not found`);
    for (const group of this.groups.values()) {
      group.members = this.members(group).filter(({ value }) => value !== id);
    }
  }

  members(group: Document | undefined): { value: string }[] {
    return (group?.members ?? []) as { value: string }[];
  }

  private checkMembers(group: Document): void {
    const ghost = this.members(group).find(({ value }) => !this.users.has(value) && !this.groups.has(value));
    if (ghost) throw new Refused(400, 'invalidValue', `member ${ghost.value} does not exist`);
  }
}
