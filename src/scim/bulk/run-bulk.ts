import type { Json, JsonObject } from '../../schema/types.js';
import {
  referencesIn,
  referencesInPath,
  resolved,
  resolvedPath,
  withoutReferences,
  type Deferred,
} from './bulk-references.js';
import type { BulkOperation, BulkRequest, UnreadableOperation } from './bulk-request.js';

/** What became of one operation; `id` is the resource's, where there is one. */
export interface OperationOutcome {
  status: number;
  location?: string;
  version?: string;
  id?: string;
  /** Body of a failure. */
  response?: object;
}

/** The requests behind the operations; each is atomic and answers failures as outcomes, never by throwing. */
export interface BulkExecutor {
  execute(operation: BulkOperation): Promise<OperationOutcome>;
  fail(status: number, scimType: string | undefined, detail: string): OperationOutcome;
}

export interface OperationResult extends OperationOutcome {
  method: string;
  bulkId?: string;
}

/**
 * RFC 7644 §3.7. Operations run one after another, each as soon as every bulkId it names is known. What is left when none
 * can run is a circle: its first POST is made without the references, which follow when their ids are known (§3.7.1).
 */
export async function runBulk(request: BulkRequest, executor: BulkExecutor): Promise<OperationResult[]> {
  return new BulkRun(request, executor).run();
}

type Entry = BulkOperation | UnreadableOperation;

/** A POST that was made without the references in `deferred`. */
interface Circular {
  path: string;
  deferred: Deferred[];
}

class BulkRun {
  private readonly ids = new Map<string, string>();
  private readonly failed = new Set<string>();
  private readonly results: (OperationResult | undefined)[];
  private readonly pending: Set<number>;
  private readonly circular = new Map<number, Circular>();
  private readonly creators = new Map<string, number>();
  /** For each operation the bulkIds that it names. */
  private readonly named: readonly string[][];
  private errors = 0;

  constructor(
    private readonly request: BulkRequest,
    private readonly executor: BulkExecutor,
  ) {
    this.results = request.operations.map(() => undefined);
    this.pending = new Set(request.operations.keys());
    this.named = request.operations.map(namedBy);
    for (const [index, operation] of request.operations.entries()) {
      if (operation.bulkId !== undefined && operation.method === 'POST')
        this.creators.set(operation.bulkId, index);
    }
  }

  async run(): Promise<OperationResult[]> {
    while (this.pending.size > 0 && !this.stopped()) {
      const next = this.nextReady() ?? this.breakCircle();
      this.pending.delete(next);
      await this.perform(next, this.request.operations[next]!);
      await this.completeCircular();
    }
    for (const [index, { path, deferred }] of this.circular) await this.complete(index, path, deferred);
    return this.results.filter((result) => result !== undefined);
  }

  private stopped(): boolean {
    return this.request.failOnErrors !== undefined && this.errors >= this.request.failOnErrors;
  }

  private nextReady(): number | undefined {
    for (const index of this.pending) {
      const waits = this.named[index]!.some((bulkId) => this.isPending(bulkId));
      if (!waits) return index;
    }
    return undefined;
  }

  private isPending(bulkId: string): boolean {
    const creator = this.creators.get(bulkId);
    return creator !== undefined && this.pending.has(creator);
  }

  /** Every pending operation waits for another one: a POST is among those waited for, and it can do without for now. */
  private breakCircle(): number {
    const waitedFor = new Set<number>();
    for (const index of this.pending) {
      for (const bulkId of this.named[index]!) {
        if (this.isPending(bulkId)) waitedFor.add(this.creators.get(bulkId)!);
      }
    }
    const first = Math.min(...waitedFor);
    this.circular.set(first, { path: '', deferred: [] });
    return first;
  }

  private async perform(index: number, operation: Entry): Promise<void> {
    if ('unreadable' in operation)
      return this.settle(index, this.executor.fail(400, 'invalidSyntax', operation.unreadable));
    const problem = this.unresolvable(index);
    if (problem !== undefined) return this.settle(index, problem);
    const ready: BulkOperation = { ...operation, path: resolvedPath(operation.path, this.ids) };
    if (operation.data !== undefined) ready.data = resolved(operation.data, this.ids);
    if (this.circular.has(index)) this.defer(index, ready);
    const outcome = await this.executor.execute(ready);
    if (outcome.status < 400 && outcome.id !== undefined && operation.bulkId !== undefined)
      this.ids.set(operation.bulkId, outcome.id);
    if (outcome.status >= 400) this.circular.delete(index);
    this.settle(index, outcome);
  }

  private defer(index: number, operation: BulkOperation): void {
    if (!isObject(operation.data)) return;
    const { data, deferred } = withoutReferences(operation.data);
    operation.data = data;
    this.circular.set(index, { path: operation.path, deferred });
  }

  private unresolvable(index: number): OperationOutcome | undefined {
    const circular = this.circular.has(index);
    for (const bulkId of this.named[index]!) {
      if (this.failed.has(bulkId))
        return this.executor.fail(409, undefined, `The operation with the bulkId "${bulkId}" failed.`);
      const known = this.ids.has(bulkId) || (circular && this.creators.has(bulkId));
      if (!known)
        return this.executor.fail(400, 'invalidValue', `No POST of this request has the bulkId "${bulkId}".`);
    }
    return undefined;
  }

  private async completeCircular(): Promise<void> {
    for (const [index, { path, deferred }] of this.circular) {
      const named = [...referencesIn(deferred.map(({ value }) => value))];
      if (named.some((bulkId) => !this.ids.has(bulkId) && !this.failed.has(bulkId))) continue;
      this.circular.delete(index);
      await this.complete(index, path, deferred);
    }
  }

  private async complete(index: number, path: string, deferred: Deferred[]): Promise<void> {
    if (deferred.length === 0) return;
    const missing = this.missingIn(deferred);
    if (missing !== undefined) return this.undo(index, path, missing);
    const created = this.results[index]!;
    const outcome = await this.executor.execute({
      method: 'PATCH',
      path: `${path}/${created.id}`,
      data: this.patchOf(deferred),
    });
    if (outcome.status >= 400) return this.undo(index, path, outcome);
    if (outcome.version !== undefined) created.version = outcome.version;
  }

  private missingIn(deferred: Deferred[]): OperationOutcome | undefined {
    const missing = [...referencesIn(deferred.map(({ value }) => value))].find(
      (bulkId) => !this.ids.has(bulkId),
    );
    if (missing === undefined) return undefined;
    return this.executor.fail(
      409,
      undefined,
      `The operation with the bulkId "${missing}" failed or was not tried.`,
    );
  }

  /** An operation is atomic: when its references cannot be set, what it created goes again. */
  private async undo(index: number, path: string, outcome: OperationOutcome): Promise<void> {
    const created = this.results[index]!;
    await this.executor.execute({ method: 'DELETE', path: `${path}/${created.id}` });
    if (created.bulkId !== undefined) this.ids.delete(created.bulkId);
    this.settle(index, outcome);
  }

  private patchOf(deferred: Deferred[]): JsonObject {
    const operations: Json[] = deferred.map(({ path, value }) => ({
      op: 'add',
      path,
      value: resolved(value, this.ids),
    }));
    return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
  }

  private settle(index: number, outcome: OperationOutcome): void {
    const { method, bulkId } = this.request.operations[index]!;
    this.results[index] = { method, ...(bulkId === undefined ? {} : { bulkId }), ...outcome };
    if (outcome.status < 400) return;
    // A POST that fails made nothing, so it has no place (RFC 7644 §3.7.3).
    if (method === 'POST') delete this.results[index].location;
    this.errors += 1;
    if (bulkId !== undefined && method === 'POST') this.failed.add(bulkId);
  }
}

function namedBy(operation: Entry): string[] {
  return 'unreadable' in operation
    ? []
    : [...referencesIn(operation.data), ...referencesInPath(operation.path)];
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
