import { randomBytes } from 'node:crypto';
import { newId } from '../identity/id.js';
import type { UnitOfWork } from '../identity/ports.js';
import { sqlOf, type Sql } from './sql/sql.js';
import type { Store } from './store.js';

export interface StoreFacts {
  /** First half of every stamp: tells accounts of this store from those of another. */
  storeId: string;
  /** Part of every ETag and cursor; changed by a restore. */
  epoch: string;
  cursorKey: string;
}

const made: Record<keyof StoreFacts, () => string> = {
  storeId: () => newId(),
  epoch: () => '1',
  cursorKey: () => randomBytes(32).toString('base64url'),
};

/**
 * The epoch of now. Replicas on PostgreSQL may outlive a restore, and each has to see it; the lock of an embedded store
 * lets nobody restore it while it is open.
 */
export function epochOf(store: Pick<Store, 'options' | 'reader'>, facts: StoreFacts): () => Promise<string> {
  if (store.options.engine === 'sqlite') return async () => facts.epoch;
  return async () => {
    const row = await store.reader.get<{ value: string }>(
      "SELECT value FROM store_fact WHERE name = 'epoch'",
    );
    return row?.value ?? facts.epoch;
  };
}

/** What the store remembers of itself; made once. */
export async function storeFacts(unitOfWork: UnitOfWork, reader: Sql): Promise<StoreFacts> {
  await unitOfWork.run(async (tx) => {
    for (const [name, make] of Object.entries(made)) {
      await sqlOf(tx).run(
        'INSERT INTO store_fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING',
        [name, make()],
      );
    }
  });
  const rows = await reader.all<{ name: keyof StoreFacts; value: string }>(
    'SELECT name, value FROM store_fact',
  );
  return Object.fromEntries(rows.map((row) => [row.name, row.value])) as unknown as StoreFacts;
}
