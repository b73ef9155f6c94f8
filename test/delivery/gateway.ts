import {
  compileObjectMapping,
  mapResource,
  mappedAttributes,
  needsGroups,
  requiredFacts,
} from '../../src/mapping/index.js';
import type { ObjectMapping } from '../../src/mapping/types.js';
import { Delivery } from '../../src/delivery/delivery.js';
import { GuardDecisions } from '../../src/delivery/guard-decisions.js';
import { PasswordReveal } from '../../src/delivery/reveal.js';
import { Sealing } from '../../src/delivery/sealing.js';
import {
  createRuleGroups,
  type RuleGroupOptions,
} from '../../src/delivery/rule-groups/rule-group-definition.js';
import {
  deliveryDefaults,
  type DeliverySettings,
  type ObjectDefinition,
  type TargetDefinition,
} from '../../src/delivery/target-definition.js';
import { Targets } from '../../src/delivery/targets.js';
import { Authority } from '../../src/identity/authority/authority.js';
import { IdentityService } from '../../src/identity/identity-service.js';
import type { Caller } from '../../src/identity/model.js';
import type { ChangeRecorder } from '../../src/identity/ports.js';
import { UndoChange } from '../../src/identity/undo-change.js';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import type { OpenStores } from '../store/stores.js';
import { recordingKind, RecordingTarget } from './recording-target.js';

export const caller: Caller = {
  name: 'entra',
  client: 'entra',
  source: 'entra',
  scopes: ['scim'],
  correlationId: 'test',
};
const mostClaims = 2000;
export const noView = { members: false, groups: false };

export interface TestTarget extends Partial<Omit<TargetDefinition, 'objects'>> {
  objects?: Partial<Record<string, Partial<ObjectDefinition>>>;
  /** Whole definitions instead of the recording target's. */
  definitions?: Record<string, ObjectDefinition>;
}

export function objectDefinition(
  type: string,
  mapping: ObjectMapping,
  more: Partial<ObjectDefinition> = {},
): ObjectDefinition {
  const compiled = compileObjectMapping(mapping, type);
  if (compiled.problems.length > 0) throw new Error(JSON.stringify(compiled.problems));
  return {
    map: (input) => mapResource(compiled.mapping, input),
    actions: { create: true, update: true, delete: true },
    scoped: (mapping.scope ?? []).length > 0,
    outOfScope: 'disable',
    onDelete: 'delete',
    whenMissing: 'park',
    needsGroups: needsGroups(compiled.mapping),
    timeDependent: compiled.mapping.timeDependent,
    readsFactsOf: requiredFacts(compiled.mapping),
    mappedAttributes: mappedAttributes(compiled.mapping),
    lines: mapping.mapping,
    ...more,
  };
}

function targetDefinition({ objects, definitions, ...more }: TestTarget): TargetDefinition {
  return {
    name: 'recording',
    kind: recordingKind,
    settings: {},
    connector: new RecordingTarget(),
    answer: 'delivered',
    answerWithinMs: 2000,
    whenUnavailable: 'queue',
    parallel: 4,
    dependsOn: [],
    revision: '1',
    objects: definitions ?? {
      User: objectDefinition('User', recordingKind.defaultMapping.User!, objects?.User),
      Group: objectDefinition('Group', recordingKind.defaultMapping.Group!, objects?.Group),
    },
    ...more,
  };
}

/** Identity and delivery over real stores, with a recording target; stopped by `close`. */
export class TestGateway {
  readonly target = new RecordingTarget();
  readonly delivery: Delivery;
  readonly identity: IdentityService;
  readonly guard: GuardDecisions;
  readonly reveal: PasswordReveal;

  constructor(
    readonly opened: OpenStores,
    target: TestTarget = {},
    settings: Partial<DeliverySettings> = {},
    shared?: RecordingTarget,
    more: {
      ruleGroups?: RuleGroupOptions[];
      others?: (TestTarget & { name: string })[];
      off?: (TestTarget & { name: string })[];
      authority?: Authority;
      recorder?: ChangeRecorder;
    } = {},
  ) {
    if (shared) this.target = shared;
    this.countClaims();
    const definitions = [
      targetDefinition({ connector: this.target, ...target }),
      ...(more.others ?? []).map((other) => targetDefinition({ answer: 'stored', ...other })),
    ];
    const stores = opened.delivery;
    const retry = { firstMs: 20, longestMs: 200, attempts: 5 };
    this.delivery = new Delivery({
      stores,
      unitOfWork: opened.store.unitOfWork,
      resources: opened.resources,
      indexer: opened.indexer,
      undo: new UndoChange(opened.resources, opened.indexer),
      sealing: new Sealing([{ name: 'test', key: Buffer.alloc(32, 7) }]),
      targets: new Targets(
        definitions,
        stores.targetStore,
        (more.off ?? []).map((target) => targetDefinition({ answer: 'stored', ...target })),
      ),
      ruleGroups: createRuleGroups(more.ruleGroups ?? [], SchemaRegistry.builtIn()),
      settings: { ...deliveryDefaults, retry, leaseMs: 20_000, ...settings },
      ...(more.recorder ? { recorder: more.recorder } : {}),
      storeId: opened.facts.storeId,
      logger: {
        warn: (detail, message) => this.warnings.push({ ...detail, message }),
        error: (detail, message) => this.errors.push({ ...detail, message }),
      },
    });
    const { changeLog, settlement, parts } = this.delivery;
    this.identity = new IdentityService({
      unitOfWork: opened.store.unitOfWork,
      store: opened.resources,
      indexer: opened.indexer,
      changeLog,
      settlement,
      authority: more.authority ?? new Authority(),
      now: () => Date.now() + this.aheadMs,
    });
    this.guard = new GuardDecisions(parts);
    this.reveal = new PasswordReveal(parts);
  }

  /** How far the wall clock of this machine is ahead of the store's. */
  aheadMs = 0;

  /** What was logged as an error of ours. */
  readonly errors: Record<string, unknown>[] = [];

  readonly warnings: Record<string, unknown>[] = [];

  async start(): Promise<this> {
    await this.delivery.start();
    return this;
  }

  /** Fails where something is claimed over and over: no scene here has that much to do. */
  async close(): Promise<void> {
    await this.delivery.stop();
    if (this.claims > mostClaims)
      throw new Error(`${this.claims} links were claimed: some of them in circles`);
  }

  private claims = 0;

  private countClaims(): void {
    const { leases } = this.opened.delivery;
    const claim = leases.claim.bind(leases);
    leases.claim = async (...asked) => {
      const links = await claim(...asked);
      this.claims += links.length;
      return links;
    };
  }

  async user(
    userName: string,
    attributes: Record<string, unknown> = {},
    more: { password?: string; externalId?: string } = {},
  ) {
    const view = await this.identity.create(
      'User',
      {
        attributes: { userName, ...attributes } as never,
        ...(more.externalId ? { externalId: more.externalId } : {}),
        ...(more.password ? { secrets: { password: more.password } } : {}),
      },
      caller,
      noView,
    );
    return view.resource.id;
  }

  async group(displayName: string, members: string[] = []) {
    return (await this.identity.create('Group', { attributes: { displayName }, members }, caller, noView))
      .resource.id;
  }

  change(type: 'User' | 'Group', id: string, attributes: Record<string, unknown>) {
    return this.identity.edit(
      type,
      id,
      {
        apply: (current) => ({ attributes: { ...current.attributes, ...attributes } as never }),
        members: [],
      },
      {},
      caller,
      noView,
    );
  }

  members(id: string, op: 'add' | 'remove' | 'replace', members: string[]) {
    return this.identity.edit(
      'Group',
      id,
      { apply: ({ attributes }) => ({ attributes }), members: [{ op, members }] },
      {},
      caller,
      noView,
    );
  }

  remove(type: 'User' | 'Group', id: string) {
    return this.identity.remove(type, id, {}, caller);
  }

  link(resourceId: string) {
    return this.opened.delivery.links.find('recording', resourceId);
  }

  /** Waits until the condition holds; fails with the condition's text when it does not in time. */
  async until(condition: () => unknown, withinMs = 20_000): Promise<void> {
    const end = performance.now() + withinMs;
    while (!(await condition())) {
      if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${condition.toString()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
