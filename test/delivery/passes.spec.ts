import { Reevaluation } from '../../src/delivery/passes/reevaluation.js';
import { onEveryEngine, type OpenStores } from '../store/stores.js';
import { objectDefinition, TestGateway, type TestTarget } from './gateway.js';
import { recordingKind, RecordingTarget } from './recording-target.js';

const mapped = (...more: { target: string; source?: string; expression?: string }[]) =>
  objectDefinition('User', {
    mapping: [{ target: 'name', source: 'userName', unique: true }, ...more],
  });

describe('A background pass', () => {
  onEveryEngine((open) => {
    let opened: OpenStores;
    let gateway: TestGateway | undefined;
    let target: RecordingTarget;

    const start = async (more: TestTarget = {}, others: (TestTarget & { name: string })[] = []) => {
      gateway = new TestGateway(opened, more, { passPageSize: 2 }, target, { others });
      await gateway.start();
      await gateway.delivery.passes.run();
      return gateway;
    };
    const stop = async () => {
      const stopped = gateway;
      gateway = undefined;
      await stopped?.close();
      expect(stopped?.errors ?? []).toEqual([]);
    };
    const reevaluating = () =>
      new Reevaluation(opened.delivery.passProgress).of(gateway!.delivery.parts.targets.get('recording')!);
    const settled = (name = 'recording') =>
      gateway!.until(async () => {
        const { due = 0 } = await opened.delivery.links.countByState(name);
        return due === 0 && (await opened.delivery.edges.countOpen(name)).due === 0;
      });

    beforeEach(async () => {
      opened = await open();
      target = new RecordingTarget();
    });
    afterEach(stop);

    it('looks at everybody again when the file of a target changed, and says how far it is', async () => {
      await start();
      for (const name of ['a', 'b', 'c', 'd', 'e']) await gateway!.user(name, { nickName: `n-${name}` });
      await stop();
      const User = mapped({ target: 'title', source: 'nickName' });
      await opened.delivery.targetStore.pause('recording', {
        reason: 'administrator',
        detail: 'look first',
        at: 1,
      });
      await start({ revision: '2', objects: { User } });
      expect(await reevaluating()).toEqual({ done: 0, total: 5 });
      const links = await opened.delivery.links.list({ target: 'recording', limit: 10 });
      expect(links.map(({ state, priority }) => [state, priority])).toEqual(new Array(5).fill(['due', 10]));
      await opened.delivery.targetStore.resume('recording');
      await settled();
      expect(await reevaluating()).toBeUndefined();
      expect(target.byName('c')!.attributes.title).toBe('n-c');
      const writes = target.writes.length;
      await stop();
      await start({ revision: '2', objects: { User } });
      await settled();
      expect(target.writes).toHaveLength(writes);
    });

    it('brings what is in the store to a target that is new, with its memberships', async () => {
      await start();
      const ids = [];
      for (const name of ['a', 'b', 'c']) ids.push(await gateway!.user(name));
      await gateway!.group('staff', ids);
      await stop();
      const second = new RecordingTarget();
      await start({}, [{ name: 'second', connector: second }]);
      await settled('second');
      expect(second.byName('staff')!.members.size).toBe(3);
      expect(second.writes.filter((write) => write.startsWith('create'))).toHaveLength(4);
    });

    it('goes on after a restart where the page before had ended', async () => {
      await start();
      for (const name of ['a', 'b', 'c', 'd', 'e']) await gateway!.user(name);
      await stop();
      const { passProgress: progress, links } = opened.delivery;
      const [save, raisePage] = [progress.save.bind(progress), links.raisePage.bind(links)];
      const pages: string[] = [];
      links.raisePage = (of, after, limit, revision) => {
        pages.push(after);
        return raisePage(of, after, limit, revision);
      };
      let saved = 0;
      progress.save = async (...given) => {
        if (++saved === 2) throw new Error('the process ends here');
        await save(...given);
      };
      gateway = new TestGateway(opened, { revision: '2' }, { passPageSize: 2 }, target);
      await gateway.start();
      await gateway.until(() => gateway!.warnings.length > 0);
      progress.save = save;
      await stop();
      await start({ revision: '2' });
      links.raisePage = raisePage;
      expect(pages[0]).toBe('');
      expect(pages[1]).toBe(pages[2]);
      expect(pages.filter((after) => after === '')).toHaveLength(1);
      await settled();
    });

    it('is the work of one replica at a time', async () => {
      await start();
      const { turns } = opened.delivery;
      for (const name of ['a', 'b']) await gateway!.user(name);
      await stop();
      await turns.take('target recording', 'another replica', 60_000);
      await start({ revision: '2' });
      const { due = 0 } = await opened.delivery.links.countByState('recording');
      expect(due).toBe(0);
      expect(await reevaluating()).toEqual({ done: 0, total: 2 });
    });

    it('looks every day at accounts whose mapping reads the calendar', async () => {
      const User = mapped({ target: 'title', expression: 'Now()' });
      const timed = { ...User, map: recordingMap(() => String(calls)) };
      let calls = 0;
      await start({ objects: { User: timed } });
      await gateway!.user('nora');
      expect(User.timeDependent).toBe(true);
      calls = 1;
      await gateway!.delivery.passes.run();
      await settled();
      expect(target.byName('nora')!.attributes.title).toBe('0');
      const { clock } = gateway!.delivery.parts;
      const wall = clock.wall.bind(clock);
      clock.wall = async (tx) => (await wall(tx)) + (tx ? 0 : 86_400_000);
      await gateway!.delivery.passes.run();
      clock.wall = wall;
      await gateway!.until(() => target.byName('nora')!.attributes.title === '1');
    });

    it('is not needed when what another target decided changes: its readers look again at once', async () => {
      const reader = new RecordingTarget();
      const User = mapped({ target: 'title', source: 'targets.recording.name' });
      expect(User.readsFactsOf).toEqual(['recording']);
      await start({}, [{ name: 'reader', connector: reader, objects: { User } }]);
      const id = await gateway!.user('nora');
      await gateway!.until(() => reader.byName('nora')?.attributes.title === 'nora');
      await gateway!.change('User', id, { userName: 'nora.b' });
      await gateway!.until(() => reader.byName('nora.b')?.attributes.title === 'nora.b');
    });
  });
});

/** The default mapping with a title from outside. */
function recordingMap(title: () => string): ReturnType<typeof objectDefinition>['map'] {
  const { map } = objectDefinition('User', recordingKind.defaultMapping.User!);
  return (input) => map({ ...input, attributes: { ...input.attributes, title: title() } });
}
