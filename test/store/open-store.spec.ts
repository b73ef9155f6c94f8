import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/store.js';
import { StoreLocked } from '../../src/store/lock.js';

describe('an embedded store', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landfall-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const options = () => ({ engine: 'sqlite' as const, file: join(folder, 'store.sqlite') });

  it('refuses a second gateway and opens again after the first has closed', async () => {
    const first = await openStore(options());
    await expect(openStore(options())).rejects.toThrow(StoreLocked);
    await first.close();
    const again = await openStore(options());
    await again.close();
  });

  it('refuses writes that go round the unit of work', async () => {
    const store = await openStore(options());
    await expect(store.dataSource.query("INSERT INTO store_fact VALUES ('a', 'b')")).rejects.toThrow(
      /readonly/,
    );
    await store.close();
  });
});
