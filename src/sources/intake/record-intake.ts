import type { Authority } from '../../identity/authority/authority.js';
import type { Caller, Resource } from '../../identity/model.js';
import { checkEmployment } from '../../identity/check-employment.js';
import { IdentityError } from '../../identity/identity.errors.js';
import type { ResourceIndexer, ResourceStore } from '../../identity/ports.js';
import type { ResourceService } from '../../identity/resource-service.js';
import { differences } from '../../schema/leaves.js';
import type { ResourceType } from '../../schema/resource-type.js';
import type { SchemaRegistry } from '../../schema/schema-registry.js';
import { badRequest } from '../../schema/scim-error.js';
import type { Attributes } from '../../schema/types.js';
import { isSecret, missingRequired } from '../../schema/validate/required.js';
import { Intake, type FeedRecord, type RecordResult } from '../feed.js';
import { Leavers } from './leavers.js';
import { Matching, type Meant } from './matching.js';
import type { AwaitedReferences } from './awaited-references.js';
import type { ParkedRecords } from './parked-records.js';
import { readRecord, type Statement } from './read-record.js';
import { changesOf, writes } from './record-changes.js';
import { recordEdit } from './record-edit.js';
import { References, statedPaths } from './references.js';
import { rejection } from './rejection.js';
import type { SourceDefinitions } from './source-definition.js';

export interface IntakeParts {
  resources: ResourceService;
  store: ResourceStore;
  indexer: ResourceIndexer;
  registry: SchemaRegistry;
  parked: ParkedRecords;
  awaited: AwaitedReferences;
  definitions: SourceDefinitions;
  authority: Authority;
  /** Milliseconds since 1970. */
  now(): number;
}

type Found = Extract<Meant, { kind: 'one' }>;

const noView = { members: false, groups: false };
/** Somebody else may take the same record at the same time: then it is looked for again. */
const lostClaims = 3;

/** See `Intake`. */
export class RecordIntake extends Intake {
  private readonly matching: Matching;
  private readonly leavers: Leavers;
  private readonly references: References;

  constructor(private readonly parts: IntakeParts) {
    super();
    this.matching = new Matching(parts.store);
    this.leavers = new Leavers(parts);
    this.references = new References(parts.store);
  }

  async preview(source: string, record: FeedRecord): Promise<RecordResult> {
    const preview = async (type: ResourceType, statement: Statement) => {
      const meant = await this.meant(source, type, record, statement);
      if (meant.kind === 'unclear') return parkedResult(record, meant);
      if (meant.kind === 'one') return this.previewUpdate(source, type, record, statement, meant);
      checkComplete(type, statement);
      checkEmployment(statement.attributes);
      await this.checkFree(type, undefined, statement.attributes);
      return result(record, 'created', differences({}, statement.attributes));
    };
    return this.taken(source, record, preview, false);
  }

  async take(source: string, record: FeedRecord, caller: Caller): Promise<RecordResult> {
    const asking: Caller = { ...caller, source, mode: 'bulk' };
    return this.taken(source, record, async (type, statement) => {
      for (let lost = 0; ; lost++) {
        const meant = await this.meant(source, type, record, statement);
        if (meant.kind === 'unclear') return this.park(source, type, record, meant);
        try {
          const taken = await (meant.kind === 'one'
            ? this.update(type, record, statement, meant, asking)
            : this.create(type, record, statement, asking));
          await this.unpark(source, type, record);
          return taken;
        } catch (error) {
          if (!lostClaim(error) || lost >= lostClaims) throw error;
        }
      }
    });
  }

  /** A person said that nobody of the store is meant. */
  takeAsNew(source: string, record: FeedRecord, caller: Caller): Promise<RecordResult> {
    return this.taken(source, record, async (type, statement) => {
      const created = await this.create(type, record, statement, { ...caller, source, mode: 'bulk' });
      await this.unpark(source, type, record);
      return created;
    });
  }

  known(source: string, type: string, after: string | undefined, limit: number) {
    return this.parts.store.namedPage(type, source, after, limit);
  }

  leave(source: string, type: string, externalId: string, caller: Caller): Promise<RecordResult> {
    return this.leavers.leave(source, type, externalId, { ...caller, source, mode: 'bulk' });
  }

  previewLeave(source: string, type: string, externalId: string): Promise<RecordResult> {
    return this.leavers.preview(source, type, externalId);
  }

  /** Reads the record, finds whom it refers to, and answers what is wrong with it. */
  private async taken(
    source: string,
    record: FeedRecord,
    work: (type: ResourceType, statement: Statement) => Promise<RecordResult>,
    keeps = true,
  ): Promise<RecordResult> {
    try {
      const type = this.parts.registry.resourceType(record.type);
      if (!type) throw badRequest('invalidValue', `There is no resource type "${record.type}".`);
      if (record.externalId === '') throw badRequest('invalidValue', '"externalId" has no value.');
      const { ignoreUnknown } = this.parts.definitions.of(source);
      const read = readRecord(type, record.attributes, { ignoreUnknown, jsonTextInRoles: false });
      const { statement, unknown, awaited } = await this.references.resolve(source, type, read);
      const answer = await work(type, statement);
      if (keeps && answer.outcome !== 'parked')
        await this.parts.awaited.replace(
          { source, type: type.name, externalId: record.externalId },
          statedPaths(record.attributes),
          awaited,
        );
      return unknown.length === 0 ? answer : { ...answer, unknownReferences: unknown };
    } catch (error) {
      return rejection(record, error);
    }
  }

  private meant(source: string, type: ResourceType, { externalId }: FeedRecord, { attributes }: Statement) {
    const rules = this.parts.definitions.of(source).match[type.name] ?? [];
    return this.matching.find({ source, type, externalId, attributes, rules });
  }

  private async create(
    type: ResourceType,
    record: FeedRecord,
    statement: Statement,
    caller: Caller,
  ): Promise<RecordResult> {
    checkComplete(type, statement);
    const { attributes, members, secrets } = statement;
    const { externalId } = record;
    const view = await this.parts.resources.create(
      type.name,
      {
        attributes,
        externalId,
        claims: true,
        ...(members === undefined ? {} : { members }),
        ...(secrets === undefined ? {} : { secrets }),
      },
      caller,
      noView,
    );
    return result(record, 'created', differences({}, attributes), view.resource.id);
  }

  private async update(
    type: ResourceType,
    record: FeedRecord,
    statement: Statement,
    found: Found,
    caller: Caller,
  ): Promise<RecordResult> {
    const edited = await this.parts.resources.edit(
      type.name,
      found.id,
      recordEdit(type, record.externalId, statement, found),
      {},
      caller,
      noView,
    );
    return result(record, edited.changed ? 'updated' : 'unchanged', changesOf(edited), found.id);
  }

  private async previewUpdate(
    source: string,
    type: ResourceType,
    record: FeedRecord,
    statement: Statement,
    found: Found,
  ): Promise<RecordResult> {
    const current = await this.parts.store.load(undefined, type.name, found.id, source);
    if (!current) throw new IdentityError('notFound', `${type.name} "${found.id}" does not exist.`);
    const edit = recordEdit(type, record.externalId, statement, found);
    const { result: after, kept } = this.parts.authority.decide(current, source, edit);
    checkEmployment(after.attributes, current.attributes);
    await this.checkFree(type, found.id, after.attributes);
    const changes = changesOf({ before: current.attributes, after: after.attributes, kept });
    const changed = writes(changes) || found.adopt || (await this.membersDiffer(current, statement));
    return result(record, changed ? 'updated' : 'unchanged', changes, found.id);
  }

  private async membersDiffer({ id }: Resource, { members }: Statement): Promise<boolean> {
    if (members === undefined) return false;
    const now = new Set((await this.parts.store.members(id)).map(({ value }) => value));
    const wanted = new Set(members);
    return now.size !== wanted.size || [...wanted].some((member) => !now.has(member));
  }

  private async checkFree(type: ResourceType, id: string | undefined, attributes: Attributes): Promise<void> {
    const clash = await this.parts.store.clash(
      type.name,
      id,
      this.parts.indexer.index(type.name, attributes),
    );
    if (!clash) return;
    throw new IdentityError('notUnique', `Another ${type.name} has the same ${clash.path} already.`, {
      attribute: clash.path,
      scimType: 'uniqueness',
    });
  }

  private async park(
    source: string,
    type: ResourceType,
    record: FeedRecord,
    { candidates, reason }: Extract<Meant, { kind: 'unclear' }>,
  ): Promise<RecordResult> {
    const { externalId, place } = record;
    await this.parts.parked.put({
      source,
      type: type.name,
      externalId,
      place,
      candidates,
      reason,
      attributes: withoutSecrets(type, record.attributes),
      at: this.parts.now(),
    });
    return parkedResult(record, { candidates, reason });
  }

  private async unpark(source: string, type: ResourceType, { externalId }: FeedRecord): Promise<void> {
    const { parked } = this.parts;
    if (await parked.find(source, type.name, externalId)) await parked.clear(source, type.name, externalId);
  }
}

function checkComplete(type: ResourceType, { attributes }: Statement): void {
  const missing = missingRequired(type, attributes);
  if (missing.length > 0)
    throw badRequest(
      'invalidValue',
      `Required and without a value: ${missing.map((path) => `"${path}"`).join(', ')}.`,
    );
}

const result = (
  { place, externalId }: FeedRecord,
  outcome: RecordResult['outcome'],
  changes: RecordResult['changes'],
  resourceId?: string,
): RecordResult => ({
  place,
  externalId,
  outcome,
  changes,
  ...(resourceId === undefined ? {} : { resourceId }),
});

const parkedResult = (
  record: FeedRecord,
  { reason, candidates }: { reason: string; candidates: string[] },
): RecordResult => ({
  ...result(record, 'parked', []),
  reason: `${reason}. Decide with: landfall source assign (candidates: ${candidates.join(', ')}).`,
});

const withoutSecrets = (type: ResourceType, attributes: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(attributes).filter(([name]) => {
      const attribute = type.attribute(name);
      return attribute === undefined || !isSecret(attribute);
    }),
  );

const lostClaim = (error: unknown): boolean =>
  error instanceof IdentityError && error.code === 'notUnique' && error.extra.attribute === 'externalId';
