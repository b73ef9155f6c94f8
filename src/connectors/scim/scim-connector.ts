import { composePlan, type MembersStep } from '../compose-plan.js';
import {
  ConnectorError,
  type Applied,
  type Connector,
  type DesiredAccount,
  type Finding,
  type GroupAccount,
  type KnownAccount,
  type LeaverPolicy,
  type ListedAccount,
  type Lists,
  type Match,
  type MembershipEdge,
  type Plan,
  type ResourceKind,
  type Subject,
} from '../connector.js';
import type { JsonObject } from '../../schema/types.js';
import type { Discovery } from './discovery.js';
import { checkServer } from './check-server.js';
import { describe, listedAccount } from './listed-account.js';
import { replaceResource } from './replace-resource.js';
import { createDocument, PATCH_OP, patchOperations, replaceDocument } from './scim-document.js';
import type { ScimLookup } from './scim-lookup.js';
import type { ScimMembers } from './scim-members.js';
import { parsePath, readPath } from './scim-path.js';
import type { ScimSession } from './scim-session.js';
import { changesOf, isActive, writesFor, type ScimWrite } from './scim-writes.js';

interface CreateStep {
  kind: 'create';
  type: ResourceKind;
  document: JsonObject;
  unique: Readonly<Record<string, string>>;
  password: boolean;
}
interface UpdateStep {
  kind: 'update';
  type: ResourceKind;
  anchor: string;
  writes: readonly ScimWrite[];
  operations: JsonObject[];
  unique: Readonly<Record<string, string>>;
  password: boolean;
}
interface DeleteStep {
  kind: 'delete';
  type: ResourceKind;
  anchor: string;
}
type Step = CreateStep | UpdateStep | DeleteStep | MembersStep;

export interface ScimParts {
  session: ScimSession;
  discovery: Discovery;
  lookup: ScimLookup;
  members: ScimMembers;
  stampAttribute: string;
  /** Mapped attributes by kind, to be checked against what is ours. */
  mapped: Readonly<Record<string, readonly string[]>>;
}

/** Provisions to a SCIM 2.0 application (RFC 7644). The anchor is the application's own id. */
export class ScimConnector implements Connector, Lists {
  constructor(private readonly parts: ScimParts) {}

  check(signal: AbortSignal): Promise<Finding[]> {
    return checkServer(this.parts, signal);
  }

  async match(subject: Subject, signal: AbortSignal): Promise<Match> {
    const { lookup, stampAttribute } = this.parts;
    const stamped = await lookup.byValue(subject.kind, stampAttribute, subject.stamp, true, signal);
    if (stamped.length > 0) return this.one(stamped, 'stamp', subject);
    for (const { attribute, value } of subject.match) {
      const found = await lookup.byValue(subject.kind, attribute, value, false, signal);
      if (found.length > 0) return this.one(found, attribute, subject);
    }
    return { kind: 'none' };
  }

  async plan(subject: Subject, account: KnownAccount | undefined, signal: AbortSignal): Promise<Plan> {
    const { desired, kind } = subject;
    const resource = account && (await this.parts.lookup.byId(kind, account.anchor, signal)).body;
    if ('removal' in desired) return planRemoval(kind, desired.removal.policy, account?.anchor, resource);
    return account && resource
      ? planUpdate(subject, desired, account.anchor, resource)
      : planCreate(subject, desired, this.parts.stampAttribute);
  }

  planMembers(group: GroupAccount, edges: readonly MembershipEdge[], signal: AbortSignal): Promise<Plan> {
    return this.parts.members.plan(group, edges, signal);
  }

  async execute(plan: Plan, signal: AbortSignal): Promise<Applied> {
    const step = plan.steps as Step | undefined;
    if (!step) return { anchor: plan.anchor, facts: {}, warnings: [] };
    if (step.kind === 'members') return this.parts.members.execute(step, signal);
    if (step.kind === 'delete') return this.remove(step, signal);
    try {
      return await (step.kind === 'create' ? this.create(step, signal) : this.update(step, signal));
    } catch (error) {
      throw error instanceof ConnectorError && error.kind === 'conflict'
        ? await this.clash(error, step, signal)
        : error;
    }
  }

  async *list(kind: ResourceKind, signal: AbortSignal): AsyncIterable<ListedAccount> {
    for await (const resource of this.parts.lookup.all(kind, signal))
      yield listedAccount(resource, this.parts.stampAttribute);
  }

  async close(): Promise<void> {
    this.parts.session.close();
  }

  private async create(step: CreateStep, signal: AbortSignal): Promise<Applied> {
    const endpoint = await this.parts.discovery.endpoint(step.type, signal);
    const { body, headers } = await this.parts.session.send(
      'POST',
      endpoint,
      { body: step.document },
      signal,
    );
    const anchor = typeof body.id === 'string' ? body.id : headers.location?.split('/').pop();
    if (!anchor) {
      throw new ConnectorError({
        kind: 'unknown',
        detail: `POST ${endpoint} succeeded, but its answer names no id`,
      });
    }
    return applied(anchor, { ...step.document, ...body }, step.password, true);
  }

  private async update(step: UpdateStep, signal: AbortSignal): Promise<Applied> {
    const { session, discovery, lookup } = this.parts;
    const path = await lookup.path(step.type, step.anchor, signal);
    const { patch, etag } = await discovery.abilities(signal);
    const { body } = patch
      ? await session.send(
          'PATCH',
          path,
          { body: { schemas: [PATCH_OP], Operations: step.operations } },
          signal,
        )
      : await replaceResource(
          session,
          path,
          etag,
          (resource) => replaceDocument(resource, step.writes),
          signal,
        );
    return applied(step.anchor, { ...nameIn(step), ...body }, step.password);
  }

  private async remove({ type, anchor }: DeleteStep, signal: AbortSignal): Promise<Applied> {
    await this.parts.session.send(
      'DELETE',
      await this.parts.lookup.path(type, anchor, signal),
      { accept: [404] },
      signal,
    );
    return { facts: {}, warnings: [] };
  }

  private one(found: readonly JsonObject[], rule: string, subject: Subject): Match {
    const [resource] = found;
    const id = resource?.id;
    if (!resource || found.length > 1 || typeof id !== 'string') {
      return {
        kind: 'refused',
        detail: `${found.length} resources match by ${rule}; more than one is never guessed`,
      };
    }
    const [stamp] = readPath(resource, parsePath(this.parts.stampAttribute)).map(String);
    if (stamp !== undefined && stamp !== subject.stamp && isStamp(stamp)) {
      return {
        kind: 'refused',
        stamp,
        detail: `${describe(resource)} bears the stamp ${stamp} of another resource or gateway`,
      };
    }
    return { kind: 'found', anchor: id, rule, description: describe(resource) };
  }

  /** RFC 7644 names no attribute in a 409: it is the one that the detail speaks of, and its holder is looked up. */
  private async clash(
    error: ConnectorError,
    step: CreateStep | UpdateStep,
    signal: AbortSignal,
  ): Promise<ConnectorError> {
    const names = Object.keys(step.unique);
    const attribute =
      names.find((name) => error.detail.toLowerCase().includes(name.toLowerCase())) ?? names[0];
    if (attribute === undefined) return error;
    const holders = await this.parts.lookup
      .byValue(step.type, attribute, step.unique[attribute] ?? '', false, signal)
      .catch(() => []);
    const holder = holders.find(({ id }) => step.kind === 'create' || id !== step.anchor)?.id;
    return new ConnectorError(
      { ...error, attribute, ...(typeof holder === 'string' ? { holder } : {}) },
      error,
    );
  }
}

/** `<store id>:<resource id>`: something another gateway wrote, not a name that the application's people use. */
function isStamp(text: string): boolean {
  return /^[^:\s]+:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text);
}

function passwordWrites({ password }: Subject): ScimWrite[] {
  if (!password) return [];
  return [{ path: parsePath('password'), values: [password.value], old: [], apply: 'always', secret: true }];
}

function uniqueOf(desired: DesiredAccount): Record<string, string> {
  return Object.fromEntries(Object.entries(desired.unique).map(([name, { value }]) => [name, value]));
}

function planCreate(subject: Subject, desired: DesiredAccount, stampAttribute: string): Plan {
  const stamp: ScimWrite = {
    path: parsePath(stampAttribute),
    values: [subject.stamp],
    old: [],
    apply: 'create',
  };
  const writes = [...writesFor(desired, undefined), ...passwordWrites(subject)];
  const step: CreateStep = {
    kind: 'create',
    type: subject.kind,
    document: createDocument(subject.kind, [...writes, stamp]),
    unique: uniqueOf(desired),
    password: subject.password !== undefined,
  };
  return composePlan({
    action: 'create',
    account: subject.label,
    changes: changesOf([...writes, stamp]),
    steps: step,
  });
}

function planUpdate(subject: Subject, desired: DesiredAccount, anchor: string, resource: JsonObject): Plan {
  const writes = [...writesFor(desired, resource), ...passwordWrites(subject)];
  const account = describe(resource);
  if (writes.length === 0) return composePlan({ action: 'none', anchor, account });
  const state = writes.find(({ path }) => path.text === 'active');
  const step: UpdateStep = {
    kind: 'update',
    type: subject.kind,
    anchor,
    writes,
    operations: patchOperations(resource, writes),
    unique: uniqueOf(desired),
    password: subject.password !== undefined,
  };
  return composePlan({
    action: state === undefined ? 'update' : state.values[0] === true ? 'enable' : 'disable',
    anchor,
    account,
    changes: changesOf(writes),
    disables: state?.values[0] === false ? 1 : 0,
    steps: step,
  });
}

function planRemoval(type: ResourceKind, policy: LeaverPolicy, anchor?: string, resource?: JsonObject): Plan {
  if (anchor === undefined || !resource || policy === 'retain')
    return composePlan({ action: 'none', anchor });
  const account = describe(resource);
  if (policy === 'delete') {
    const steps: DeleteStep = { kind: 'delete', type, anchor };
    return composePlan({ action: 'delete', anchor, account, deletes: 1, steps });
  }
  // Only users can be disabled (RFC 7643 §4.1.1): a group without its resource stays as it is.
  if (type !== 'User' || !isActive(resource)) return composePlan({ action: 'none', anchor, account });
  const path = parsePath('active');
  const writes: ScimWrite[] = [{ path, values: [false], old: [true], apply: 'always' }];
  const operations = patchOperations(resource, writes);
  const steps: UpdateStep = { kind: 'update', type, anchor, writes, operations, unique: {}, password: false };
  return composePlan({ action: 'disable', anchor, account, changes: changesOf(writes), disables: 1, steps });
}

/** A 204 says nothing of the name that was just written (RFC 7644 §3.5.2). */
function nameIn({ type, writes }: UpdateStep): JsonObject {
  const name = type === 'User' ? 'userName' : 'displayName';
  const [value] = writes.find(({ path }) => path.text === name)?.values ?? [];
  return value === undefined ? {} : { [name]: value };
}

function applied(anchor: string, resource: JsonObject, passwordSet: boolean, createdByUs?: boolean): Applied {
  const name = resource.userName ?? resource.displayName;
  return {
    anchor,
    ...(createdByUs === undefined ? {} : { createdByUs }),
    facts: { id: anchor, ...(typeof name === 'string' ? { name } : {}) },
    passwordSet,
    warnings: [],
  };
}
