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
  /** `of`: the operation, which says where a failure that is no POST's belongs (RFC 7644 §3.7). */
  fail(
    status: number,
    scimType: string | undefined,
    detail: string,
    of?: { method: string; path?: string },
  ): OperationOutcome;
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
  /** The bulkIds in `deferred`. */
  named: readonly string[];
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
  /** For each operation how many pending ones it waits for, and who waits for it: never counted anew. */
  private readonly waitsFor: number[];
  private readonly waiters = new Map<number, number[]>();
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
    this.waitsFor = this.named.map((bulkIds, index) => this.countWaits(bulkIds, index));
  }

  private countWaits(bulkIds: readonly string[], index: number): number {
    const creators = bulkIds.flatMap((bulkId) => this.creators.get(bulkId) ?? []);
    for (const creator of creators) {
      const waiters = this.waiters.get(creator);
      if (waiters) waiters.push(index);
      else this.waiters.set(creator, [index]);
    }
    return creators.length;
  }

  async run(): Promise<OperationResult[]> {
    while (this.pending.size > 0 && !this.stopped()) {
      const next = this.nextReady() ?? this.breakCircle();
      this.noLongerPending(next);
      await this.perform(next, this.request.operations[next]!);
      await this.completeCircular();
    }
    for (const [index, { path, deferred }] of this.circular) await this.complete(index, path, deferred);
    return this.results.filter((result) => result !== undefined);
  }

  private stopped(): boolean {
    return this.request.failOnErrors !== undefined && this.errors >= this.request.failOnErrors;
  }

  private noLongerPending(index: number): void {
    this.pending.delete(index);
    for (const waiter of this.waiters.get(index) ?? []) this.waitsFor[waiter]! -= 1;
  }

  private nextReady(): number | undefined {
    for (const index of this.pending) if (this.waitsFor[index] === 0) return index;
    return undefined;
  }

  /** Every pending operation waits for another one: the first POST that is waited for can do without for now. */
  private breakCircle(): number {
    for (const index of this.pending) {
      if (!this.waiters.get(index)?.some((waiter) => this.pending.has(waiter))) continue;
      this.circular.set(index, { path: '', deferred: [], named: [] });
      return index;
    }
    throw new Error('no operation is waited for, and none is ready');
  }

  private async perform(index: number, operation: Entry): Promise<void> {
    if ('unreadable' in operation)
      return this.settle(index, this.executor.fail(400, 'invalidSyntax', operation.unreadable, operation));
    const problem = this.unresolvable(index, operation);
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
    const named = [...referencesIn(deferred.map(({ value }) => value))];
    this.circular.set(index, { path: operation.path, deferred, named });
  }

  private unresolvable(index: number, operation: BulkOperation): OperationOutcome | undefined {
    const circular = this.circular.has(index);
    for (const bulkId of this.named[index]!) {
      if (this.failed.has(bulkId))
        return this.executor.fail(
          409,
          undefined,
          `The operation with the bulkId "${bulkId}" failed.`,
          operation,
        );
      const known = this.ids.has(bulkId) || (circular && this.creators.has(bulkId));
      if (!known)
        return this.executor.fail(
          400,
          'invalidValue',
          `No POST of this request has the bulkId "${bulkId}".`,
          operation,
        );
    }
    return undefined;
  }

  private async completeCircular(): Promise<void> {
    for (const [index, { path, deferred, named }] of this.circular) {
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
