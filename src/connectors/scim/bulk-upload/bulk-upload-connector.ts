import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../schema/types.js';
import { refuseAborted } from '../../abort.js';
import { composePlan } from '../../compose-plan.js';
import {
  ConnectorError,
  type Applied,
  type Connector,
  type Finding,
  type KnownAccount,
  type Match,
  type Plan,
  type Subject,
} from '../../connector.js';
import { createDocument } from '../scim-document.js';
import { parsePath } from '../scim-path.js';
import type { ScimSession } from '../scim-session.js';
import { changesOf, writesFor, type ScimWrite } from '../scim-writes.js';
import type { UploadQueue } from './upload-queue.js';

interface Upload {
  anchor: string;
  document: JsonObject;
}

/**
 * Entra's API-driven inbound provisioning (bulkUpload) as a target: the whole record is uploaded, Entra decides what
 * to do with it, and nothing can be read back. The anchor is the externalId: mapped, else our resource id.
 */
export class BulkUploadConnector implements Connector {
  constructor(
    private readonly queue: UploadQueue,
    private readonly session: ScimSession,
  ) {}

  /** The API answers uploads only, so a check would be one. */
  async check(): Promise<Finding[]> {
    return [
      {
        severity: 'warning',
        subject: 'connection',
        detail: 'bulkUpload can only be written to: the first delivery shows whether it is accepted',
      },
    ];
  }

  async match(): Promise<Match> {
    return { kind: 'none' };
  }

  async plan(subject: Subject, account: KnownAccount | undefined): Promise<Plan> {
    if (subject.kind !== 'User') {
      throw new ConnectorError({
        kind: 'rejected',
        detail: `bulkUpload takes users only, not ${subject.kind}`,
        recommendedAction: `Take ${subject.kind} out of the target file.`,
      });
    }
    const { desired, resourceId } = subject;
    if ('removal' in desired) return this.planRemoval(desired.removal.policy, account?.anchor ?? resourceId);
    const mapped = writesFor(desired, undefined);
    const anchor = account?.anchor ?? mappedExternalId(mapped) ?? resourceId;
    const writes = withExternalId(mapped, anchor);
    const disables = desired.enabled === false ? 1 : 0;
    return this.uploadPlan(account ? 'update' : 'create', anchor, writes, disables);
  }

  async planMembers(): Promise<Plan> {
    throw new ConnectorError({ kind: 'rejected', detail: 'bulkUpload takes no memberships' });
  }

  async execute(plan: Plan, signal: AbortSignal): Promise<Applied> {
    refuseAborted(signal);
    const { anchor, document } = plan.steps as Upload;
    const location = await this.queue.upload(randomUUID(), document, signal);
    const where = location === '' ? 'the provisioning log' : location;
    return {
      anchor,
      createdByUs: true,
      facts: { externalId: anchor },
      warnings: [`accepted; the result will be in ${where}`],
    };
  }

  async close(): Promise<void> {
    this.session.close();
  }

  /** There is no DELETE: the leaver is uploaded as inactive, and Entra's own policy does the rest. */
  private planRemoval(policy: string, anchor: string): Plan {
    if (policy === 'retain') return composePlan({ action: 'none', anchor });
    const inactive: ScimWrite = { path: parsePath('active'), values: [false], old: [], apply: 'always' };
    return this.uploadPlan('disable', anchor, withExternalId([inactive], anchor), 1);
  }

  private uploadPlan(
    action: 'create' | 'update' | 'disable',
    anchor: string,
    writes: ScimWrite[],
    disables: number,
  ): Plan {
    const steps: Upload = { anchor, document: createDocument('User', writes) };
    return composePlan({ action, anchor, changes: changesOf(writes), disables, steps });
  }
}

function mappedExternalId(writes: readonly ScimWrite[]): string | undefined {
  const write = writes.find(({ path }) => path.attribute.toLowerCase() === 'externalid');
  return write?.values[0] === undefined ? undefined : String(write.values[0]);
}

function withExternalId(writes: readonly ScimWrite[], anchor: string): ScimWrite[] {
  if (mappedExternalId(writes) !== undefined) return [...writes];
  return [...writes, { path: parsePath('externalId'), values: [anchor], old: [], apply: 'always' }];
}
