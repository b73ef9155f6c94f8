import { createJobs } from '../../src/delivery/jobs/create-jobs.js';
import { Previewing } from '../../src/delivery/preview.js';
import type { ObjectDefinition } from '../../src/delivery/target-definition.js';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import { onEveryEngine, type OpenStores } from '../store/stores.js';
import { objectDefinition, TestGateway } from './gateway.js';
import { recordingKind, RecordingTarget } from './recording-target.js';

/** Users match by name; those with the title "outside" are out of scope, and would be deleted. */
function definitions(actions: Partial<ObjectDefinition['actions']>): Record<string, ObjectDefinition> {
  const { User, Group } = recordingKind.defaultMapping;
  const [name, ...others] = User!.mapping;
  const more = {
    actions: { create: true, update: true, delete: true, ...actions },
    outOfScope: 'delete' as const,
  };
  const scope = [[{ attribute: 'title', operator: 'NOT EQUALS', value: 'outside' }]];
  return {
    User: objectDefinition('User', { scope, mapping: [{ ...name!, match: true }, ...others] }, more),
    Group: objectDefinition('Group', Group!, more),
  };
}

describe('Object actions that are off', () => {
  onEveryEngine((open) => {
    let gateway: TestGateway;
    let opened: OpenStores;
    let target: RecordingTarget;
    const start = async (actions: Partial<ObjectDefinition['actions']>, revision = '1') => {
      const definition = { definitions: definitions(actions), answerWithinMs: 5000, revision };
      gateway = await new TestGateway(
        opened,
        definition,
        { reconcile: { perSecond: 100_000 } },
        target,
      ).start();
    };
    beforeEach(async () => {
      opened = await open();
      target = new RecordingTarget();
    });
    afterEach(async () => {
      await gateway.close();
      expect(gateway.errors).toEqual([]);
    });
    const user = (userName: string, title = 'Clerk') => gateway.user(userName, { title });
    const stranger = (name: string) =>
      target.accounts.set(name, {
        anchor: name,
        stamp: '',
        enabled: true,
        attributes: { name, title: 'Owner' },
        members: new Set(),
        password: 'own',
      });
    const quiet = () =>
      gateway.until(async () => (await opened.delivery.edges.countOpen('recording')).due === 0);
    const preview = async (type: string, id: string) => {
      const resource = (await opened.resources.load(undefined, type, id, ''))!;
      const found = await new Previewing(gateway.delivery.parts).preview(resource, AbortSignal.timeout(5000));
      return found[0]!;
    };

    it('create: nobody gets an account, and who has one is brought up to date', async () => {
      await start({ create: false });
      stranger('ola');
      const began = performance.now();
      const [nora, ola] = [await user('nora'), await user('ola')];
      await gateway.group('team', [nora, ola]);
      expect(performance.now() - began).toBeLessThan(4000);
      expect(target.writes).toEqual(['update ola']);
      expect(await preview('User', nora)).toMatchObject({
        action: 'none',
        skipped: 'create: the object action create is off',
      });
      await gateway.close();
      await start({}, '2');
      await gateway.until(() => target.byName('team')?.members.size === 2);
    });

    it('update: accounts are made and linked, and nothing about them is changed, members neither', async () => {
      await start({ update: false });
      stranger('ola');
      const [nora, ola] = [await user('nora'), await user('ola')];
      const team = await gateway.group('team', [nora, ola]);
      await gateway.change('User', nora, { title: 'Head' });
      await gateway.change('User', ola, { title: 'Head' });
      await gateway.members(team, 'remove', [ola]);
      await quiet();
      expect([...target.writes].sort()).toEqual(['create nora', 'create team']);
      expect(target.byName('ola')).toMatchObject({ password: 'own', attributes: { title: 'Owner' } });
      expect((await gateway.link(ola))!.anchor).toBe('ola');
      expect(await preview('User', ola)).toMatchObject({
        action: 'none',
        skipped: 'update: the object action update is off',
      });
      expect(await preview('Group', team)).toMatchObject({ action: 'none', members: 0 });
      await gateway.close();
      await start({}, '2');
      await gateway.until(() => target.byName('team')!.members.size === 1);
      await gateway.until(() => target.byName('ola')!.attributes.title === 'Head');
      expect(target.byName('nora')!.attributes.title).toBe('Head');
    });

    it('delete: whoever is deleted or leaves the scope keeps the account', async () => {
      await start({ delete: false });
      const [nora, ola] = [await user('nora'), await user('ola')];
      await gateway.remove('User', nora);
      await gateway.change('User', ola, { title: 'outside' });
      await gateway.until(async () => (await gateway.link(nora))!.state === 'retained');
      expect(await preview('User', ola)).toMatchObject({
        action: 'none',
        skipped: 'delete: the object action delete is off',
      });
      expect([...target.writes].sort()).toEqual(['create nora', 'create ola']);
      const jobs = createJobs(gateway.delivery, SchemaRegistry.builtIn());
      const job = (await jobs.begin('reconcile', 'recording', true))!;
      await jobs.idle();
      expect(await opened.delivery.jobs.get(job.id)).toMatchObject({ result: { differences: 0 } });
      await jobs.stop();
    });
  });
});
