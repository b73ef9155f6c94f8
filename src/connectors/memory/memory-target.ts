import { randomUUID } from 'node:crypto';
import { ConnectorError, type ConnectorErrorKind, type ResourceKind } from '../connector.js';

export interface MemoryAccount {
  anchor: string;
  kind: ResourceKind;
  stamp?: string;
  enabled: boolean;
  /** Texts, whatever the mapping gave; an attribute without values is absent. */
  attributes: Record<string, readonly string[]>;
  /** Anchors. */
  members: Set<string>;
  password?: string;
}

export type MemoryOperation = 'read' | 'create' | 'update' | 'delete' | 'members';

interface Failure {
  operation: MemoryOperation | 'write';
  kind: ConnectorErrorKind;
  /** For `unknown`: the write is carried out and only its answer is lost. */
  carriedOut: boolean;
}

/** The application behind the memory connector: what a test looks at, counts and breaks. */
export class MemoryTarget {
  readonly accounts = new Map<string, MemoryAccount>();
  /** How often each operation was carried out. */
  readonly operations: Record<MemoryOperation, number> = {
    read: 0,
    create: 0,
    update: 0,
    delete: 0,
    members: 0,
  };
  private failure?: Failure;

  /** Every such operation fails until `mend`. */
  fail(
    operation: MemoryOperation | 'write',
    kind: ConnectorErrorKind,
    options: { carriedOut?: boolean } = {},
  ): void {
    this.failure = { operation, kind, carriedOut: options.carriedOut ?? false };
  }

  mend(): void {
    this.failure = undefined;
  }

  find(kind: ResourceKind, test: (account: MemoryAccount) => boolean): MemoryAccount[] {
    return [...this.accounts.values()].filter((account) => account.kind === kind && test(account));
  }

  insert(account: Omit<MemoryAccount, 'anchor'>): MemoryAccount {
    const inserted = { ...account, anchor: randomUUID() };
    this.accounts.set(inserted.anchor, inserted);
    return inserted;
  }

  remove(anchor: string): void {
    this.accounts.delete(anchor);
    for (const account of this.accounts.values()) account.members.delete(anchor);
  }

  /** One operation, with the failure that was asked for. */
  perform<T>(operation: MemoryOperation, work: () => T): T {
    const failure = this.failure;
    const meant =
      failure && (failure.operation === operation || (failure.operation === 'write' && operation !== 'read'));
    if (!meant) return this.counted(operation, work);
    if (failure.kind === 'unknown' && failure.carriedOut) this.counted(operation, work);
    throw new ConnectorError({
      kind: failure.kind,
      detail: `the memory target was told to fail with ${failure.kind}`,
    });
  }

  private counted<T>(operation: MemoryOperation, work: () => T): T {
    const result = work();
    this.operations[operation]++;
    return result;
  }
}
