import { copyFileSync, chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { newId } from '../../identity/id.js';
import { wallNow } from '../clock.js';
import { lockStore } from '../lock.js';
import { migrations } from '../migrations/index.js';
import { sqliteEngine } from '../sqlite-engine.js';
import { sqlOf } from '../sql/sql.js';
import type { Store } from '../store.js';

/** The file cannot be the store. */
export class UnusableBackup extends Error {}

/** Puts a copy in the place of a store that nobody uses; where the former store is now, if there was one. */
export function putInPlace(file: string, backup: string): string | undefined {
  const place = resolve(file);
  checkBackup(backup);
  const lock = lockStore(place);
  try {
    const former = existsSync(place) ? `${place}.before-restore-${newId()}` : undefined;
    for (const suffix of ['', '-wal', '-shm']) {
      if (former !== undefined && existsSync(place + suffix)) renameSync(place + suffix, former + suffix);
      else rmSync(place + suffix, { force: true });
    }
    copyFileSync(backup, place);
    chmodSync(place, 0o600);
    return former;
  } finally {
    lock.release();
  }
}

function checkBackup(file: string): void {
  if (!existsSync(file)) throw new UnusableBackup(`the file ${file} does not exist`);
  const known = new Set(migrations.map((migration) => new migration().name));
  let verdict: unknown;
  let made: string[];
  const connection = sqliteEngine().open(file);
  try {
    verdict = (connection.prepare('PRAGMA integrity_check(1)').get() as { integrity_check: string })
      .integrity_check;
    made = (connection.prepare('SELECT name FROM migration').all() as { name: string }[]).map(
      ({ name }) => name,
    );
  } catch (error) {
    throw new UnusableBackup(`${file} is not a copy of a store: ${(error as Error).message}`);
  } finally {
    connection.close();
  }
  if (verdict !== 'ok') throw new UnusableBackup(`${file} is damaged: ${String(verdict)}`);
  const stranger = made.find((name) => !known.has(name));
  if (stranger !== undefined)
    throw new UnusableBackup(
      `${file} is of a newer version of the gateway (${stranger}): restore it with that one`,
    );
}

/**
 * Tells a store that went back in time: ETags and cursors of before are good no more, passwords that waited are gone, and every
 * target is paused until somebody has looked at what would be written.
 */
export async function beginEpoch(store: Store, targets: readonly string[]): Promise<string> {
  const epoch = newId().replaceAll('-', '').slice(0, 16);
  await store.unitOfWork.run(async (tx) => {
    const sql = sqlOf(tx);
    const detail =
      'the store was restored from a backup: run landfall reconcile for this target, look at what it finds, and resume with --accept';
    const pause = JSON.stringify({ reason: 'restore', detail, at: await wallNow(sql) });
    await sql.run(
      `INSERT INTO store_fact (name, value) VALUES ('epoch', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      [epoch],
    );
    await sql.run('DELETE FROM sealed');
    await sql.run("UPDATE undecided SET state = 'kept', former = NULL WHERE state = 'pending'");
    await sql.run('UPDATE link SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT NULL');
    await sql.run("UPDATE job SET state = 'cancelled' WHERE state = 'running'");
    await sql.run('DELETE FROM turn');
    // One that was configured after the backup writes nothing either.
    for (const name of targets)
      await sql.run(
        "INSERT INTO target (name, revision, state) VALUES (?, '', 'paused') ON CONFLICT (name) DO NOTHING",
        [name],
      );
    await sql.run(
      "UPDATE target SET state = 'paused', pause = ?, unavailable_since = NULL, retry_at = NULL",
      [pause],
    );
  });
  return epoch;
}
