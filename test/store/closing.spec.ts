import { onEveryEngine } from './stores.js';

describe('A store', () => {
  onEveryEngine((open) => {
    it('is closed once, also while the application around it closes the same connections', async () => {
      const { store } = await open();
      const both = await Promise.allSettled([store.dataSource.destroy(), store.close()]);
      expect(both).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
      await expect(store.reader.all('SELECT 1 AS one')).rejects.toThrow();
    });
  });
});
