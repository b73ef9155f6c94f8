import { createServer, type AddressInfo } from 'node:net';
import { Pool } from 'pg';
import { PostgresUnitOfWork, postgresReader } from './postgres-sql.js';

describe('PostgreSQL that does not answer', () => {
  it.each([
    ['refuses connections', false],
    ['ends every connection', true],
  ])('is unavailable when it %s', async (_case, listens) => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const closed = () => new Promise((resolve) => server.close(resolve));
    if (!listens) await closed();
    const pool = new Pool({ host: '127.0.0.1', port, user: 'nobody', database: 'none' });
    const unavailable = { kind: 'unavailable', passing: true };
    await expect(postgresReader(pool).all('SELECT 1')).rejects.toMatchObject(unavailable);
    await expect(new PostgresUnitOfWork(pool).run(() => Promise.resolve())).rejects.toMatchObject(
      unavailable,
    );
    await pool.end();
    if (listens) await closed();
  });
});
