import { randomUUID } from 'node:crypto';
import { IdentityError } from '../../src/identity/identity.errors.js';
import type {
  Caller,
  Edit,
  Edited,
  Member,
  MemberOperation,
  NewResource,
  Page,
  Preconditions,
  Query,
  Resource,
  ResourceView,
} from '../../src/identity/model.js';
import { ResourceService, type ViewOptions } from '../../src/identity/resource-service.js';
import { foldString } from '../../src/schema/fold.js';
import type { ResourceType } from '../../src/schema/resource-type.js';
import type { SchemaRegistry } from '../../src/schema/schema-registry.js';
import { compareSortKeys, sortKey } from '../../src/schema/sort-key.js';
import type { JsonObject } from '../../src/schema/types.js';
import { matches } from '../../src/scim/filter/matches.js';
import { managerOf, searchDocumentOf } from './memory-search.js';

/**
 * A test double of identity: resources in a Map. It lets the tests of the HTTP layer see the calls that HTTP makes and
 * steer what identity answers; it proves nothing about store or delivery.
 */
export class MemoryResources extends ResourceService {
  readonly resources = new Map<string, Resource>();
  readonly members = new Map<string, Set<string>>();
  /** The options of every view that HTTP asked for, in order. */
  readonly views: (ViewOptions & { call: string })[] = [];
  readonly callers: Caller[] = [];
  /** Thrown by the next write instead of doing it. */
  nextFailure: Error | undefined;

  constructor(private readonly registry: SchemaRegistry) {
    super();
  }

  clear(): void {
    this.resources.clear();
    this.members.clear();
    this.views.length = 0;
    this.callers.length = 0;
  }

  /** Puts a resource as it is, id and times included. */
  seed(resource: Resource, members: readonly string[] = []): void {
    this.resources.set(resource.id, resource);
    if (this.type(resource.type).holdsMembers) this.members.set(resource.id, new Set(members));
  }

  override create(
    type: string,
    input: NewResource,
    caller: Caller,
    view: ViewOptions,
  ): Promise<ResourceView> {
    return this.answer('create', caller, view, () => {
      const now = Date.now();
      const resource: Resource = {
        id: randomUUID(),
        type,
        version: 1,
        created: now,
        lastModified: now,
        attributes: input.attributes,
      };
      if (input.externalId !== undefined) resource.externalId = input.externalId;
      this.refuseTaken(resource);
      const members = [...new Set(input.members ?? [])];
      this.refuseUnknown(members);
      this.seed(resource, members);
      return this.view(resource, view);
    });
  }

  override get(type: string, id: string, caller: Caller, view: ViewOptions): Promise<ResourceView> {
    return this.answer('get', caller, view, () => this.view(this.load(type, id), view));
  }

  override edit(
    type: string,
    id: string,
    edit: Edit,
    preconditions: Preconditions,
    caller: Caller,
    view: ViewOptions,
  ): Promise<Edited> {
    return this.answer('edit', caller, view, () => {
      const resource = this.load(type, id);
      this.checkVersion(resource, preconditions);
      const { attributes, externalId } = resource;
      const result = edit.apply(externalId === undefined ? { attributes } : { attributes, externalId });
      const next: Resource = { ...resource, attributes: result.attributes };
      if (result.externalId === null) delete next.externalId;
      else if (result.externalId !== undefined) next.externalId = result.externalId;
      this.refuseTaken(next);
      const members = this.afterOperations(id, edit.members);
      const former = this.members.get(id) ?? new Set();
      const membersChanged =
        members.size !== former.size || [...members].some((member) => !former.has(member));
      const changed =
        membersChanged ||
        result.attributes !== attributes ||
        next.externalId !== externalId ||
        result.secrets !== undefined;
      const decided = { before: attributes, after: result.attributes, kept: [] };
      if (!changed) return { view: this.view(resource, view), changed, ...decided };
      next.version += 1;
      next.lastModified = Math.max(Date.now(), resource.lastModified + 1);
      this.seed(next, [...members]);
      return { view: this.view(next, view), changed, ...decided };
    });
  }

  override remove(type: string, id: string, preconditions: Preconditions, caller: Caller): Promise<void> {
    return this.answer('remove', caller, { members: false, groups: false }, () => {
      this.checkVersion(this.load(type, id), preconditions);
      this.resources.delete(id);
      this.members.delete(id);
      for (const group of this.members.values()) group.delete(id);
    });
  }

  override search(query: Query, caller: Caller): Promise<Page> {
    const view = { members: query.withMembers, groups: query.withGroups };
    return this.answer('search', caller, view, () => {
      const found = [...this.resources.values()]
        .filter((resource) => query.types.includes(resource.type))
        .map((resource) => ({ resource, document: this.searchDocument(resource) }))
        .filter(({ document }) => query.filter === undefined || matches(query.filter, document));
      const { sortBy, sortOrder = 'ascending' } = query;
      if (sortBy !== undefined) {
        found.sort((a, b) =>
          compareSortKeys(sortKey(a.document, sortBy), sortKey(b.document, sortBy), sortOrder),
        );
      }
      const resources = found.map(({ resource }) => resource);
      return query.cursor === undefined
        ? this.indexPage(resources, query, view)
        : this.cursorPage(resources, query.cursor, query.count, view);
    });
  }

  private indexPage(resources: Resource[], query: Query, view: ViewOptions): Page {
    const from = (query.startIndex ?? 1) - 1;
    const page = resources.slice(from, from + query.count);
    return { totalResults: resources.length, resources: page.map((resource) => this.view(resource, view)) };
  }

  private cursorPage(resources: Resource[], cursor: string, count: number, view: ViewOptions): Page {
    const start = cursor === '' ? 0 : resources.findIndex(({ id }) => id === cursor) + 1;
    if (cursor !== '' && start === 0)
      throw new IdentityError('invalidCursor', 'The cursor is not one of this service.');
    const page = resources.slice(start, start + count);
    const last = page.at(-1);
    const more = last !== undefined && start + count < resources.length;
    return {
      totalResults: resources.length,
      resources: page.map((resource) => this.view(resource, view)),
      ...(more ? { nextCursor: last.id } : {}),
    };
  }

  private async answer<T>(call: string, caller: Caller, view: ViewOptions, work: () => T): Promise<T> {
    await Promise.resolve();
    this.callers.push(caller);
    this.views.push({ call, ...view });
    const failure = this.nextFailure;
    this.nextFailure = undefined;
    if (failure !== undefined) throw failure;
    return work();
  }

  private load(type: string, id: string): Resource {
    const resource = this.resources.get(id);
    if (resource?.type !== type)
      throw new IdentityError('notFound', `There is no ${type} with the id ${id}.`);
    return resource;
  }

  private checkVersion(resource: Resource, { ifMatch, ifNoneMatch }: Preconditions): void {
    const named = (tags: string[] | 'any'): boolean => tags === 'any' || tags.includes(etagOf(resource));
    if (ifMatch !== undefined && !named(ifMatch))
      throw new IdentityError('versionMismatch', 'The resource has another version.');
    if (ifNoneMatch !== undefined && named(ifNoneMatch))
      throw new IdentityError('versionMismatch', 'The resource has this version.');
  }

  private refuseTaken(candidate: Resource): void {
    const names = this.type(candidate.type)
      .schema.attributes.filter(({ uniqueness }) => uniqueness !== 'none')
      .map(({ name }) => name);
    for (const name of names) {
      const value = candidate.attributes[name];
      if (typeof value !== 'string') continue;
      const holder = [...this.resources.values()].find(
        ({ id, type, attributes }) =>
          id !== candidate.id &&
          type === candidate.type &&
          foldString(String(attributes[name] ?? '')) === foldString(value),
      );
      if (holder !== undefined)
        throw new IdentityError('notUnique', `${name} is taken.`, { attribute: name });
    }
  }

  private refuseUnknown(members: readonly string[]): void {
    const unknown = members.find((member) => !this.resources.has(member));
    if (unknown !== undefined)
      throw new IdentityError('invalidValue', `There is no member ${unknown}.`, { attribute: 'members' });
  }

  private afterOperations(id: string, operations: readonly MemberOperation[]): Set<string> {
    let members = new Set(this.members.get(id));
    for (const operation of operations) {
      if (operation.op === 'add' || operation.op === 'replace') this.refuseUnknown(operation.members);
      if (operation.op === 'replace') members = new Set(operation.members);
      else if (operation.op === 'add') for (const member of operation.members) members.add(member);
      else if (operation.op === 'remove') for (const member of operation.members) members.delete(member);
      else
        for (const member of [...members]) {
          if (matches(operation.filter, { members: [this.searchMember(member)] })) members.delete(member);
        }
    }
    return members;
  }

  private searchMember(id: string): JsonObject {
    const { value, type, display } = this.member(id);
    return {
      value,
      type: foldString(type),
      ...(display === undefined ? {} : { display: foldString(display) }),
    };
  }

  private member(id: string): Member {
    const resource = this.resources.get(id)!;
    const display = resource.attributes['displayName'] ?? resource.attributes['userName'];
    return {
      value: id,
      type: resource.type === 'Group' ? 'Group' : 'User',
      ...(typeof display === 'string' ? { display } : {}),
    };
  }

  private view(resource: Resource, options: ViewOptions): ResourceView {
    const view: ResourceView = {
      resource,
      etag: etagOf(resource),
      displayNames: this.displayNames(resource),
    };
    if (options.members)
      view.members = [...(this.members.get(resource.id) ?? [])].map((id) => this.member(id));
    if (options.groups) {
      view.groups = [...this.members]
        .filter(([, members]) => members.has(resource.id))
        .map(([value]) => ({
          value,
          display: String(this.resources.get(value)!.attributes['displayName']),
          type: 'direct',
        }));
    }
    return view;
  }

  private displayNames(resource: Resource): ReadonlyMap<string, string> {
    const manager = managerOf(resource);
    const name = manager === undefined ? undefined : this.resources.get(manager)?.attributes['displayName'];
    return new Map(manager !== undefined && typeof name === 'string' ? [[manager, name]] : []);
  }

  private searchDocument(resource: Resource): JsonObject {
    const members = [...(this.members.get(resource.id) ?? [])].map((id) => this.member(id));
    return searchDocumentOf(this.type(resource.type), resource, members, this.displayNames(resource));
  }

  private type(name: string): ResourceType {
    return this.registry.resourceType(name)!;
  }
}

const etagOf = ({ version }: Resource): string => `1-${version}`;
