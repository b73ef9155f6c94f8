import { Client } from 'pg';
import { Database } from './database.js';

it('comes back with its data, after an orderly end and after a crash', async () => {
  const database = await Database.start();
  const ask = async (sql: string) => {
    const client = new Client(database.url);
    await client.connect();
    try {
      return (await client.query<{ n: number }>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  try {
    await ask('CREATE TABLE kept (n integer)');
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
      await ask('INSERT INTO kept VALUES (1)');
      await database.halt(signal);
      await database.resume();
    }
    expect(await ask('SELECT n FROM kept')).toHaveLength(2);
  } finally {
    await database.stop();
  }
}, 60_000);
