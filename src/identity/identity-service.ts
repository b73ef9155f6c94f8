import { sameJson } from '../schema/same-json.js';
import { Authority } from './authority/authority.js';
import type { Authorship } from './authority/authorship.js';
import { checkEmployment } from './check-employment.js';
import { change, formerImage, notFound } from './change.js';
import { claimExternalId } from './claim.js';
import { DecidedWrites, LostRace, type Attempt, type Written } from './decided-writes.js';
import { newId } from './id.js';
import { IdentityError } from './identity.errors.js';
import { editMembers, memberTypesOf } from './member-edits.js';
import type {
  Caller,
  Edit,
  Edited,
  NewResource,
  Page,
  Preconditions,
  Query,
  Resource,
  ResourceView,
} from './model.js';
import {
  type ChangeLog,
  type ResourceIndexer,
  type ResourceStore,
  type Settlement,
  type Transaction,
  type UnitOfWork,
} from './ports.js';
import { checkPreconditions } from './preconditions.js';
import { ResourceService, type ViewOptions } from './resource-service.js';
import { viewsOf } from './views.js';

export interface IdentityParts {
  unitOfWork: UnitOfWork;
  store: ResourceStore;
  indexer: ResourceIndexer;
  changeLog: ChangeLog;
  settlement: Settlement;
  /** Without it the last writer of an attribute has the say. */
  authority?: Authority;
  /** Milliseconds since 1970. */
  now(): number;
}

/** See `ResourceService`. */
export class IdentityService extends ResourceService {
  private readonly writes: DecidedWrites;
  private readonly authority: Authority;

  constructor(private readonly parts: IdentityParts) {
    super();
    this.authority = parts.authority ?? new Authority();
    this.writes = new DecidedWrites(parts);
  }

  async create(type: string, input: NewResource, caller: Caller, view: ViewOptions): Promise<ResourceView> {
    checkEmployment(input.attributes);
    await this.parts.changeLog.admit(type);
    const at = this.parts.now();
    const id = newId();
    const changeId = newId();
    const resource: Resource = {
      id,
      type,
      version: 1,
      created: at,
      lastModified: at,
      attributes: input.attributes,
      authorship: this.authority.ofNew(type, input, caller),
      ...(input.externalId === undefined ? {} : { externalId: input.externalId }),
    };
    const written = await this.writes.write(caller, (tx, attempt) =>
      this.insert(tx, attempt, resource, input, changeId, caller),
    );
    return this.answer(written, caller, view);
  }

  async get(type: string, id: string, caller: Caller, view: ViewOptions): Promise<ResourceView> {
    const resource = await this.parts.store.load(undefined, type, id, caller.source);
    if (!resource) throw notFound(type, id);
    return (await viewsOf(this.parts.store, [resource], view))[0]!;
  }

  async edit(
    type: string,
    id: string,
    edit: Edit,
    preconditions: Preconditions,
    caller: Caller,
    view: ViewOptions,
  ): Promise<Edited> {
    await this.parts.changeLog.admit(type);
    const at = this.parts.now();
    const changeId = newId();
    const epoch = await this.parts.store.epoch();
    const written = await this.writes.write(caller, async (tx, attempt) => {
      const current = await this.parts.store.load(tx, type, id, caller.source);
      if (!current) throw notFound(type, id);
      checkPreconditions(preconditions, `${epoch}-${current.version}`);
      await this.writes.awaitDecisions(tx, attempt, [id]);
      return this.apply(tx, attempt, current, edit, changeId, caller, at);
    });
    const { changed, decided } = written;
    return { view: await this.answer(written, caller, view), changed, ...decided! };
  }

  async remove(type: string, id: string, preconditions: Preconditions, caller: Caller): Promise<void> {
    const at = this.parts.now();
    const changeId = newId();
    const epoch = await this.parts.store.epoch();
    await this.writes.write(caller, async (tx) => {
      const { store, changeLog } = this.parts;
      const current = await store.load(tx, type, id, caller.source);
      if (!current) throw notFound(type, id);
      checkPreconditions(preconditions, `${epoch}-${current.version}`);
      const undecided = await changeLog.undecidedOn(tx, [id]);
      if (undecided) await changeLog.keep(tx, undecided);
      const sides = (await store.remove(tx, type, id))!;
      for (const groupId of sides.groups) await store.touch(tx, groupId, at);
      const types = await store.typesOf(tx, sides.members);
      const edges = [
        ...sides.groups.map((groupId) => ({ groupId, memberId: id, memberType: type, present: false })),
        ...sides.members.flatMap((memberId) => {
          const memberType = types.get(memberId);
          return memberType === undefined ? [] : { groupId: id, memberId, memberType, present: false };
        }),
      ];
      await changeLog.record(
        tx,
        change('delete', changeId, current, caller, at, { edges, decidable: false }),
      );
      return { resource: current, changed: true };
    });
    this.parts.changeLog.wake();
  }

  async search(query: Query, caller: Caller): Promise<Page> {
    const page = await this.parts.store.search(query, caller.source);
    const views = await viewsOf(this.parts.store, page.resources, {
      members: query.withMembers,
      groups: query.withGroups,
      accounts: query.withAccounts === true,
    });
    return {
      totalResults: page.totalResults,
      resources: views,
      ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }),
    };
  }

  private async insert(
    tx: Transaction,
    attempt: Attempt,
    resource: Resource,
    input: NewResource,
    changeId: string,
    caller: Caller,
  ): Promise<Written> {
    const { store, indexer } = this.parts;
    const index = indexer.index(resource.type, input.attributes);
    const members = await memberTypesOf(store, tx, resource.id, input.members ?? []);
    await this.writes.awaitDecisions(tx, attempt, [
      ...index.references.map(({ to }) => to),
      ...members.keys(),
    ]);
    await this.claim(tx, resource, input.externalId, input.claims, caller);
    const clash = await store.insert(tx, { resource, index });
    if (clash) await this.writes.refuseClash(tx, attempt, resource.type, clash);
    if (input.externalId !== undefined)
      await store.setExternalId(tx, resource.type, resource.id, caller.source, input.externalId);
    const added = await store.addMembers(tx, resource.id, members, resource.created);
    const edges = added.map((memberId) => ({
      groupId: resource.id,
      memberId,
      memberType: members.get(memberId)!,
      present: true,
    }));
    const ticket = await this.parts.changeLog.record(
      tx,
      change('create', changeId, resource, caller, resource.created, {
        edges,
        decidable: attempt.decidable,
        decideBy: attempt.until,
        secrets: input.secrets,
      }),
    );
    return { resource, changed: true, ...(ticket ? { ticket } : {}) };
  }

  private async apply(
    tx: Transaction,
    attempt: Attempt,
    current: Resource,
    edit: Edit,
    changeId: string,
    caller: Caller,
    at: number,
  ): Promise<Written> {
    const { result, authorship, kept } = this.authority.decide(current, caller.source, edit);
    const decided = { before: current.attributes, after: result.attributes, kept };
    const externalId =
      result.externalId === undefined ? current.externalId : (result.externalId ?? undefined);
    checkEmployment(result.attributes, current.attributes);
    await this.claim(tx, current, externalId, result.claims, caller);
    const own = !sameJson(result.attributes, current.attributes) || externalId !== current.externalId;
    const secret = result.secrets?.password !== undefined;
    const wanted = edit.members.flatMap((operation) =>
      'members' in operation && operation.op !== 'remove' ? operation.members : [],
    );
    if (wanted.length > 0) await this.writes.awaitDecisions(tx, attempt, wanted);
    const updated =
      own || secret ? await this.update(tx, attempt, current, result.attributes, authorship, at) : undefined;
    if (!updated && authorship !== current.authorship)
      await this.parts.store.remember(tx, current.id, authorship);
    if (externalId !== current.externalId) {
      await this.parts.store.setExternalId(tx, current.type, current.id, caller.source, externalId ?? null);
    }
    if (result.departed !== undefined)
      await this.parts.store.setDeparted(tx, current.id, caller.source, result.departed);
    const edges = (await editMembers(this.parts.store, tx, current.id, edit.members, at)).changes;
    if (!updated && edges.length === 0) {
      await this.parts.changeLog.rearm(tx, current, caller);
      return { resource: current, changed: false, decided };
    }
    const version = updated ? updated.version : await this.parts.store.touch(tx, current.id, at);
    const { attributes } = result;
    const resource = { ...current, attributes, authorship, version, lastModified: at, externalId };
    const ticket = await this.parts.changeLog.record(
      tx,
      change(updated ? 'update' : 'members', changeId, resource, caller, at, {
        edges,
        decidable: attempt.decidable,
        decideBy: attempt.until,
        secrets: result.secrets,
        former: formerImage(current, externalId, Boolean(updated), edges),
        ...(edit.replaces === undefined ? {} : { replaces: edit.replaces }),
      }),
    );
    return { resource, changed: true, decided, ...(ticket ? { ticket } : {}) };
  }

  private async update(
    tx: Transaction,
    attempt: Attempt,
    current: Resource,
    attributes: Resource['attributes'],
    authorship: Authorship,
    at: number,
  ): Promise<Resource> {
    const index = this.parts.indexer.index(current.type, attributes);
    await this.writes.awaitDecisions(
      tx,
      attempt,
      index.references.map(({ to }) => to),
    );
    const version = current.version + 1;
    const resource = { ...current, attributes, authorship, version, lastModified: at };
    const clash = await this.parts.store.update(tx, { resource, index }, current.version);
    if (clash === 'lost') throw new LostRace();
    if (clash) await this.writes.refuseClash(tx, attempt, current.type, clash);
    return resource;
  }

  private async claim(
    tx: Transaction,
    { type, id }: Resource,
    externalId: string | undefined,
    claims: boolean | undefined,
    { source }: Caller,
  ): Promise<void> {
    if (claims === true && externalId !== undefined)
      await claimExternalId(this.parts.store, tx, { type, id, source, externalId });
  }

  private async answer(written: Written, caller: Caller, view: ViewOptions): Promise<ResourceView> {
    if (written.ticket) {
      const decision = await this.parts.settlement.settle(written.ticket);
      if (decision.kind === 'undone') {
        throw new IdentityError(decision.uniqueness ? 'notUnique' : 'refusedByTarget', decision.detail, {
          ...(decision.attribute === undefined ? {} : { attribute: decision.attribute }),
          ...(decision.scimType === undefined ? {} : { scimType: decision.scimType }),
        });
      }
    } else if (written.changed) this.parts.changeLog.wake();
    const { type, id } = written.resource;
    const fresh = (await this.parts.store.load(undefined, type, id, caller.source)) ?? written.resource;
    return (await viewsOf(this.parts.store, [fresh], view))[0]!;
  }
}
