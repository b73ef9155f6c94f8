import { onEveryEngine, type OpenStores } from '../store/stores.js';
import { TestGateway } from './gateway.js';
import { RecordingTarget } from './recording-target.js';

describe('A target that is switched off for a while', () => {
  onEveryEngine((open) => {
    let gateway: TestGateway;
    let opened: OpenStores;
    const [target, other] = [new RecordingTarget(), new RecordingTarget()];
    const app = { name: 'app', connector: other };
    const start = async (more: { others?: (typeof app)[]; off?: (typeof app)[] }) => {
      gateway = await new TestGateway(opened, {}, {}, target, more).start();
    };
    const restart = async (more: Parameters<typeof start>[0]) => {
      await gateway.close();
      await start(more);
    };
    const members = () => [...(other.byName('team')?.members ?? [])];
    beforeEach(async () => {
      [target, other].forEach(({ accounts, writes }) => (accounts.clear(), writes.splice(0)));
      opened = await open();
    });
    afterEach(async () => {
      await gateway.close();
      expect(gateway.errors).toEqual([]);
    });

    it('hears of everything when it is on again: changes, joiners, leavers, members, passwords', async () => {
      await start({ others: [app] });
      const [ann, bob] = [await gateway.user('ann', { title: 'Clerk' }), await gateway.user('bob')];
      const team = await gateway.group('team', [ann, bob]);
      await gateway.until(() => members().length === 2);
      const written = other.writes.length;
      await restart({ off: [app] });
      await gateway.change('User', ann, { title: 'Head' });
      const eve = await gateway.user('eve', {}, { password: 'Camp4ign!Secret' });
      await gateway.members(team, 'replace', [eve]);
      await gateway.remove('User', bob);
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(other.writes).toHaveLength(written);
      await restart({ others: [app] });
      await gateway.until(() => other.byName('bob') === undefined);
      await gateway.until(() => other.byName('ann')!.attributes.title === 'Head');
      await gateway.until(() => members().join() === other.byName('eve')?.anchor);
      expect(other.byName('eve')!.password).toBe('Camp4ign!Secret');
    });

    it('and has no file meanwhile is looked at as a whole when that is back', async () => {
      await start({ others: [app] });
      const [ann, bob] = [await gateway.user('ann', { title: 'Clerk' }), await gateway.user('bob')];
      const team = await gateway.group('team', [ann, bob]);
      await gateway.until(() => members().length === 2);
      await restart({});
      expect(gateway.warnings).toMatchObject([{ target: 'app' }]);
      await gateway.change('User', ann, { title: 'Head' });
      const eve = await gateway.user('eve');
      await gateway.members(team, 'add', [eve]);
      await gateway.remove('User', bob);
      await restart({ others: [app] });
      await gateway.until(() => other.byName('bob') === undefined);
      await gateway.until(() => other.byName('ann')!.attributes.title === 'Head');
      const anchor = (name: string) => other.byName(name)?.anchor;
      await gateway.until(
        () => members().length === 2 && [anchor('ann'), anchor('eve')].every((id) => members().includes(id!)),
      );
      const writes = other.writes.length;
      await restart({ others: [app] });
      await gateway.delivery.passes.run();
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(other.writes).toHaveLength(writes);
    });

    it('is nothing to anybody as long as it never was on', async () => {
      await start({ off: [app] });
      await gateway.group('team', [await gateway.user('ann', {}, { password: 'Camp4ign!Secret' })]);
      expect(await opened.delivery.links.list({ target: 'app', limit: 10 })).toEqual([]);
      expect(await opened.store.reader.all("SELECT * FROM sealed WHERE target = 'app'")).toEqual([]);
    });
  });
});
