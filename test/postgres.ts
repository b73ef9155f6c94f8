import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { startPostgres, type Postgres } from '../scripts/lab/postgres.mjs';

/** A fresh PostgreSQL database for this spec file, in the run's shared cluster (`LANDFALL_TEST_PG`) or in its own. */
export function usePostgres(): () => string {
  let own: Postgres | undefined;
  let server: string | undefined;
  const database = `spec_${randomBytes(6).toString('hex')}`;
  beforeAll(async () => {
    const shared = process.env['LANDFALL_TEST_PG'];
    if (!shared) own = await startPostgres();
    server = shared ?? own?.url;
    await execute(server as string, `CREATE DATABASE ${database}`);
  }, 120_000);
  afterAll(async () => {
    if (own) await own.stop();
    else await drop(server as string, database);
  }, 120_000);
  return () => {
    const url = new URL(server as string);
    url.pathname = `/${database}`;
    return url.href;
  };
}

/** A pool that has ended still says goodbye for a moment: the server waits 5 s for its connections. */
async function drop(server: string, database: string): Promise<void> {
  await execute(server, `DROP DATABASE ${database}`).catch(() =>
    execute(server, `DROP DATABASE ${database} WITH (FORCE)`),
  );
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
