import type { EditResult } from '../../src/identity/model.js';
import { caller, noView, TestGateway } from '../delivery/gateway.js';
import { onEveryEngine, type OpenStores } from './stores.js';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Two changes of one resource at once: the second decides by what the first has left, its externalId included. */
describe('A change that waited for the row', () => {
  onEveryEngine((open) => {
    let opened: OpenStores;
    let gateway: TestGateway;
    let id: string;

    beforeEach(async () => {
      opened = await open();
      gateway = await new TestGateway(opened, { answer: 'stored' }).start();
      id = await gateway.user('nora', {}, { externalId: 'first' });
    });
    afterEach(() => gateway.close());

    /** Begins `second` while a change of the externalId to `name` has the row and is not committed. */
    const whileNamed = async <T>(name: string, second: () => Promise<T>): Promise<T> => {
      let begun: Promise<T> | undefined;
      await opened.store.unitOfWork.run(async (tx) => {
        await opened.resources.load(tx, 'User', id, caller.source);
        await opened.resources.setExternalId(tx, 'User', id, caller.source, name);
        begun = second();
        await pause(100);
      });
      return begun!;
    };

    it('reads the externalId that was committed meanwhile', async () => {
      const resource = await whileNamed('second', () =>
        opened.store.unitOfWork.run((tx) => opened.resources.load(tx, 'User', id, caller.source)),
      );
      expect(resource).toMatchObject({ externalId: 'second' });
    });

    it('is not taken for a repeat of what the row said before', async () => {
      const externalId = 'first';
      const edit = { apply: ({ attributes }: EditResult) => ({ attributes, externalId }), members: [] };
      const { changed } = await whileNamed('second', () =>
        gateway.identity.edit('User', id, edit, {}, caller, noView),
      );
      expect(changed).toBe(true);
      const { resource } = await gateway.identity.get('User', id, caller, noView);
      expect(resource.externalId).toBe('first');
    });
  });
});
