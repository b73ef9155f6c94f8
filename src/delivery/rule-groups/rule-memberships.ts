import { createHash } from 'node:crypto';
import { employmentPart } from '../../employment/index.js';
import { newId } from '../../identity/id.js';
import { IdentityError } from '../../identity/identity.errors.js';
import type { Caller, Resource } from '../../identity/model.js';
import type {
  Change,
  ChangeLog,
  MembershipChange,
  ResourceStore,
  Transaction,
} from '../../identity/ports.js';
import {
  ruleHolds,
  ruleVerdict,
  type CompiledRuleGroup,
  type MappingInput,
  type ScopeVerdict,
} from '../../mapping/index.js';
import { foldString } from '../../schema/fold.js';
import type { Calendar } from '../employment/calendar.js';
import type { StoreClock } from '../ports.js';
import type { RuleGroupDefinition } from './rule-group-definition.js';

/** The source that owns the mark of a rule group: no token may speak for it. */
export const ruleSource = 'rule';

/** A rule group that exists, with its rule. */
export interface RuleInForce {
  groupId: string;
  definition: RuleGroupDefinition;
}

/** A membership that the rules want otherwise than it is. */
export interface RuleGroupPreview {
  group: string;
  groupId: string;
  action: 'join' | 'leave';
  scope: ScopeVerdict;
}

export interface RuleMembershipParts {
  resources: ResourceStore;
  clock: StoreClock;
  calendar: Calendar;
  /** Records the membership changes themselves. */
  changeLog: ChangeLog;
}

export const ruleCaller = (correlationId: string): Caller => ({
  name: 'rule group',
  client: 'generic',
  source: ruleSource,
  scopes: [],
  correlationId,
});

/** Decides who is a member of the rule groups, and keeps everybody else from deciding it. */
export class RuleMemberships {
  private readonly inForce = new Map<string, RuleGroupDefinition>();

  constructor(private readonly parts: RuleMembershipParts) {}

  enforce({ groupId, definition }: RuleInForce): void {
    this.inForce.set(groupId, definition);
  }

  /** By group id: transactions lock the groups in this order. */
  all(): RuleInForce[] {
    return [...this.inForce]
      .map(([groupId, definition]) => ({ groupId, definition }))
      .sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
  }

  /** Whose members can change with the dates of employment. */
  followingDates(): RuleInForce[] {
    return this.all().filter(({ definition }) => readsActive(definition.rule));
  }

  /** Changes with every group and every rule; undefined without any. */
  get revision(): string | undefined {
    if (this.inForce.size === 0) return undefined;
    const content = this.all().map(({ groupId, definition }) => [groupId, definition.rule.document.rule]);
    return createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 16);
  }

  /** Members and name of a rule group are the file's (RFC 7644 §3.12, mutability). */
  refuse(change: Change): void {
    const own = this.inForce.get(change.resource.id);
    const members =
      change.kind === 'delete'
        ? undefined
        : change.edges.map(({ groupId }) => this.inForce.get(groupId)).find(Boolean);
    if (members) throw refusal(members, 'its members are those who meet its rule', 'members');
    if (!own) return;
    if (change.kind === 'delete') throw refusal(own, 'it cannot be deleted while the rule is there');
    const name = change.resource.attributes.displayName;
    if (typeof name !== 'string' || foldString(name) !== foldString(own.displayName))
      throw refusal(own, 'its name is that of the rule', 'displayName');
  }

  /** Follows one change in its own transaction; only rules whose verdict the change can have moved. */
  async followChange(tx: Transaction, change: Change): Promise<void> {
    const { resource, former, caller, at } = change;
    const before = former?.attributes;
    const dated = [before, resource.attributes].some(
      (attributes) => attributes && employmentPart(attributes),
    );
    const rules = this.all().filter(({ definition: { rule } }) => {
      if (rule.resourceType !== resource.type) return false;
      if (!before || rule.timeDependent || rule.reads.some(ownColumn)) return true;
      // The day may have changed more than the change did, and nobody else looks at this day again.
      if (dated && readsActive(rule)) return true;
      return (
        ruleHolds(rule, this.inputOf(resource, before, at)) !==
        ruleHolds(rule, this.inputOf(resource, resource.attributes, at))
      );
    });
    await this.follow(tx, [resource], rules, ruleCaller(caller.correlationId), at);
  }

  /** Brings the memberships of these resources in line with the rules: ordinary rows, ordinary edges. */
  async follow(
    tx: Transaction,
    members: readonly Resource[],
    rules: readonly RuleInForce[],
    caller: Caller,
    at: number,
  ): Promise<void> {
    if (rules.length === 0 || members.length === 0) return;
    const now = await this.parts.clock.wall(tx);
    const groupIds = rules.map(({ groupId }) => groupId);
    const existing = await this.parts.resources.typesOf(tx, groupIds);
    const inputs: MappingInput[] = [];
    for (const member of members) inputs.push(await this.input(tx, member, now, rules));
    for (const { groupId, definition } of rules) {
      if (!existing.has(groupId)) continue;
      const edges = await this.write(tx, groupId, definition, inputs, at);
      if (edges.length > 0) await this.record(tx, groupId, edges, caller, at);
    }
  }

  /** What the rules would change for a resource, stored or not. */
  async preview(resource: Resource): Promise<RuleGroupPreview[]> {
    const rules = this.all();
    if (rules.length === 0) return [];
    const { resources, clock } = this.parts;
    const groups = await resources.groups(resource.id);
    const memberOf = new Set(groups.filter(({ type }) => type === 'direct').map(({ value }) => value));
    const input = await this.input(undefined, resource, await clock.wall(), rules);
    return rules.flatMap(({ groupId, definition }) => {
      const scope = ruleVerdict(definition.rule, input);
      if (scope.inScope === memberOf.has(groupId)) return [];
      return [{ group: definition.displayName, groupId, action: scope.inScope ? 'join' : 'leave', scope }];
    });
  }

  private async write(
    tx: Transaction,
    groupId: string,
    { rule }: RuleGroupDefinition,
    inputs: readonly MappingInput[],
    at: number,
  ): Promise<MembershipChange[]> {
    const { resources } = this.parts;
    const verdicts = inputs
      .filter((input) => input.resourceType === rule.resourceType)
      .map((input) => ({ input, holds: ruleHolds(rule, input) }));
    const holding = verdicts.filter(({ holds }) => holds).map(({ input }) => input);
    const failing = verdicts.filter(({ holds }) => !holds).map(({ input }) => input.id);
    const joining = new Map(holding.map((input) => [input.id, input.resourceType]));
    const added = joining.size > 0 ? await resources.addMembers(tx, groupId, joining, at) : [];
    const removed = failing.length > 0 ? await resources.removeMembers(tx, groupId, failing) : [];
    const edge = (memberId: string, present: boolean): MembershipChange => ({
      groupId,
      memberId,
      memberType: rule.resourceType,
      present,
    });
    return [...added.map((id) => edge(id, true)), ...removed.map((id) => edge(id, false))];
  }

  private async record(
    tx: Transaction,
    groupId: string,
    edges: MembershipChange[],
    caller: Caller,
    at: number,
  ): Promise<void> {
    const { resources, changeLog } = this.parts;
    const versionAfter = await resources.touch(tx, groupId, at);
    const resource = await resources.load(tx, 'Group', groupId, ruleSource);
    if (!resource) return;
    const change = { id: newId(), kind: 'members' as const, resource, versionAfter, edges, caller, at };
    await changeLog.record(tx, { ...change, decidable: false });
  }

  /** The resource as scoping clauses see it; its external id is read only where a rule asks. */
  private async input(
    tx: Transaction | undefined,
    resource: Resource,
    now: number,
    rules: readonly RuleInForce[],
  ): Promise<MappingInput> {
    const input = this.inputOf(resource, resource.attributes, now);
    const asked = rules.some(({ definition }) =>
      definition.rule.reads.some((path) => /^externalId$/i.test(path)),
    );
    const externalIds = asked ? await this.parts.resources.externalIds(tx, resource.id) : {};
    const externalId = Object.values(externalIds)[0] ?? resource.externalId;
    return externalId === undefined ? input : { ...input, attributes: { ...input.attributes, externalId } };
  }

  /** As it is seen at an instant: a leaver is not active, whatever clients say. */
  private inputOf(resource: Resource, attributes: Resource['attributes'], at: number): MappingInput {
    const seen = this.parts.calendar.seenAt(attributes, at);
    const meta = {
      created: new Date(resource.created).toISOString(),
      lastModified: new Date(resource.lastModified).toISOString(),
    };
    return {
      ...seen,
      id: resource.id,
      resourceType: resource.type,
      attributes: { ...seen.attributes, id: resource.id, meta },
    };
  }
}

const readsActive = ({ reads }: CompiledRuleGroup): boolean => reads.some((path) => /^active$/i.test(path));

/** Not among the attributes of a former image. */
const ownColumn = (path: string): boolean => /^(externalId|meta)\b/i.test(path);

function refusal({ displayName }: RuleGroupDefinition, why: string, attribute?: string): IdentityError {
  return new IdentityError(
    'mutability',
    `"${displayName}" is a rule group: ${why}. Change it in rule-groups.yaml.`,
    { scimType: 'mutability', ...(attribute === undefined ? {} : { attribute }) },
  );
}
