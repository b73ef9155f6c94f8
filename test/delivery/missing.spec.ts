import { onEveryEngine } from '../store/stores.js';
import { TestGateway } from './gateway.js';

describe('An account that somebody deleted', () => {
  onEveryEngine((open) => {
    let gateway: TestGateway;
    const start = async (whenMissing: 'park' | 'recreate' | 'restore') =>
      (gateway = await new TestGateway(await open(), { objects: { User: { whenMissing } } }).start());
    afterEach(async () => {
      await gateway?.close();
      expect(gateway?.errors ?? []).toEqual([]);
    });
    const goneFromItsGroup = async () => {
      const id = await gateway.user('nora', { title: 'Clerk' });
      await gateway.group('team', [id]);
      await gateway.until(() => gateway.target.byName('team')?.members.size === 1);
      const { anchor } = gateway.target.byName('nora')!;
      gateway.target.deleteByHand('nora');
      gateway.target.writes.length = 0;
      return { id, anchor };
    };

    it('is restored under its anchor, brought up to date and back into its group, where policy says so', async () => {
      await start('restore');
      const { id, anchor } = await goneFromItsGroup();
      await gateway.change('User', id, { title: 'Head' });
      await gateway.until(() => gateway.target.byName('team')!.members.has(anchor));
      expect(gateway.target.byName('nora')).toMatchObject({ anchor, attributes: { title: 'Head' } });
      expect(gateway.target.writes[0]).toBe('restore nora');
      expect([...gateway.target.writes].sort()).toEqual([
        'add member of team',
        'restore nora',
        'update nora',
      ]);
      expect(await gateway.link(id)).toMatchObject({ state: 'applied', anchor });
    });

    it('is made again under another anchor where policy says so', async () => {
      await start('recreate');
      const { id, anchor } = await goneFromItsGroup();
      await gateway.change('User', id, { title: 'Head' });
      await gateway.until(() => gateway.target.byName('team')!.members.size === 1);
      expect(gateway.target.byName('nora')!.anchor).not.toBe(anchor);
    });

    it.each(['park', 'restore'] as const)(
      'is refused, and nothing is made silently, with %s and nothing left',
      async (policy) => {
        await start(policy);
        const { id } = await goneFromItsGroup();
        if (policy === 'restore') gateway.target.deleted.clear();
        await expect(gateway.change('User', id, { title: 'Head' })).rejects.toMatchObject({
          code: 'refusedByTarget',
        });
        expect(gateway.target.writes).toEqual([]);
      },
    );
  });
});
