import { TestGateway } from '../delivery/gateway.js';
import { Authority } from '../../src/identity/authority/authority.js';
import type { Caller } from '../../src/identity/model.js';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import { LateReferences } from '../../src/sources/intake/late-references.js';
import { ParkedDecisions } from '../../src/sources/intake/parked-decisions.js';
import { RecordIntake } from '../../src/sources/intake/record-intake.js';
import {
  SourceDefinitions,
  sourceDefaults,
  type SourceDefinition,
} from '../../src/sources/intake/source-definition.js';
import type { Attributes } from '../../src/schema/types.js';
import type { RecordResult } from '../../src/sources/feed.js';
import type { OpenStores } from '../store/stores.js';

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export const hcmCaller: Caller = {
  name: 'hcm',
  client: 'generic',
  source: 'hcm',
  scopes: ['inbound'],
  correlationId: 'test',
};

/** Identity and delivery over real stores, and an intake with a source `hcm`. */
export class FeedGateway extends TestGateway {
  readonly intake: RecordIntake;
  readonly late: LateReferences;
  /** Why late references were refused. */
  readonly refusals: string[] = [];
  readonly decisions: ParkedDecisions;

  constructor(opened: OpenStores, source: Partial<SourceDefinition> = {}, authority = new Authority()) {
    super(opened, {}, {}, undefined, { authority });
    this.intake = new RecordIntake({
      resources: this.identity,
      store: opened.resources,
      indexer: opened.indexer,
      registry: SchemaRegistry.builtIn(),
      parked: opened.parkedRecords,
      awaited: opened.awaitedReferences,
      definitions: new SourceDefinitions([{ name: 'hcm', ...sourceDefaults, ...source }]),
      authority,
      now: Date.now,
    });
    this.decisions = new ParkedDecisions({
      resources: this.identity,
      store: opened.resources,
      registry: SchemaRegistry.builtIn(),
      parked: opened.parkedRecords,
      intake: this.intake,
    });
    this.late = new LateReferences({
      awaited: opened.awaitedReferences,
      intake: this.intake,
      resources: this.identity,
      store: opened.resources,
      registry: SchemaRegistry.builtIn(),
      refused: ({ name }, reason) => this.refusals.push(`${name}: ${reason}`),
    });
  }

  take(externalId: string, attributes: Attributes, type = 'User'): Promise<RecordResult> {
    return this.intake.take('hcm', this.record(externalId, attributes, type), hcmCaller);
  }

  preview(externalId: string, attributes: Attributes, type = 'User'): Promise<RecordResult> {
    return this.intake.preview('hcm', this.record(externalId, attributes, type));
  }

  leave(externalId: string): Promise<RecordResult> {
    return this.intake.leave('hcm', 'User', externalId, hcmCaller);
  }

  async stored(id: string, type = 'User') {
    const resource = await this.opened.resources.load(undefined, type, id, 'hcm');
    if (!resource) throw new Error(`no ${type} ${id}`);
    return resource;
  }

  private record(externalId: string, attributes: Attributes, type: string) {
    return { type, externalId, attributes, place: `people.csv:${externalId}` };
  }
}
