import { mkdirSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BeginImport } from '../../../src/sources/csv/begin-import.js';
import { SettledFiles } from '../../../src/sources/csv/settled-files.js';
import { WatchedFolder } from '../../../src/sources/csv/watched-folder.js';
import { onEveryEngine } from '../../store/stores.js';
import { newFolder, removeFolders } from './files.js';
import { crowd, header, ImportScene, person } from './import-scene.js';

const names = (folder: string) => readdirSync(folder).sort();
const unstamped = (folder: string) => names(folder).map((name) => name.replace(/^\d{8}T\d{9}Z-/, ''));

describe('Files that arrive', () => {
  afterEach(removeFolders);

  it('are settled when nobody has written to them for a while, and at once when they were whole before', async () => {
    const folder = newFolder();
    const settled = new SettledFiles(folder, 3000);
    const start = Date.now();
    const written = (name: string, content: string, at: number) => {
      writeFileSync(join(folder, name), content);
      utimesSync(join(folder, name), at / 1000, at / 1000);
    };
    written('growing.csv', 'a', start);
    written('old.csv', 'a', start - 60_000);
    written('older.csv', 'a', start - 70_000);
    written('empty.csv', '', start - 10_000);
    written('.hidden.csv', 'a', start - 60_000);
    written('copy.csv.part', 'a', start - 60_000);
    mkdirSync(join(folder, 'done'));
    expect(await settled.list(start)).toEqual(['older.csv', 'old.csv']);
    written('growing.csv', 'ab', start + 2000);
    expect(await settled.list(start + 4000)).toEqual(['older.csv', 'old.csv']);
    expect(await settled.list(start + 7000)).toEqual(['older.csv', 'old.csv', 'growing.csv']);
    // A clock of the file server that is ahead.
    written('future.csv', 'a', start + 3_600_000);
    await settled.list(start + 7000);
    expect(await settled.list(start + 10_000)).toContain('future.csv');
  });
});

describe('A watched folder', () => {
  onEveryEngine((open) => {
    let scene: ImportScene;
    let folder: string;
    const told: Record<string, unknown>[] = [];
    const settlesMs = 0;

    beforeEach(async () => {
      scene = await new ImportScene().open(await open());
      folder = newFolder();
      told.length = 0;
    });
    afterEach(async () => {
      await scene.close();
      removeFolders();
    });

    const watched = () =>
      new WatchedFolder({
        source: 'hcm',
        folder,
        settlesMs,
        begin: new BeginImport({
          jobs: scene.jobs,
          jobStore: scene.gateway.opened.delivery.jobs,
          feeds: scene.feeds,
        }),
        logger: { info: (detail) => told.push(detail), warn: (detail) => told.push(detail) },
      });
    const look = async (times = 1) => {
      for (let n = 0; n < times; n += 1) {
        await watched().look(Date.now() + 1000);
        await scene.jobs.idle();
      }
    };
    const importsSoFar = async () =>
      (await scene.gateway.opened.delivery.jobs.list({ kind: 'csv', limit: 100 })).length;

    it('imports its files one after another, oldest first, and lays results beside them', async () => {
      writeFileSync(join(folder, 'b.csv'), crowd(2, 'Clerk') + ';x;;;;A\n');
      utimesSync(join(folder, 'b.csv'), 1000, 1000);
      writeFileSync(join(folder, 'a.csv'), crowd(2, 'Boss'));
      utimesSync(join(folder, 'a.csv'), 2000, 2000);
      writeFileSync(join(folder, 'c.csv'), 'Id\n');
      await look(4);
      expect(unstamped(join(folder, 'done'))).toEqual(
        expect.arrayContaining(['a.csv', 'a.csv.json', 'b.csv', 'b.csv.json', 'b.csv.rejected.csv']),
      );
      expect(unstamped(join(folder, 'failed'))).toEqual(['c.csv', 'c.csv.json']);
      expect(names(join(folder, 'processing'))).toEqual([]);
      expect((await scene.users())['1000']).toMatchObject({ title: 'Boss' });
      expect(told).toMatchObject([
        { file: 'b.csv' },
        { file: 'a.csv' },
        { file: 'c.csv', reason: expect.stringContaining('no column') },
      ]);
    });

    it('takes the same content again when it is dropped again', async () => {
      for (let n = 0; n < 2; n += 1) {
        writeFileSync(join(folder, 'people.csv'), crowd(1));
        await look(2);
      }
      expect(await importsSoFar()).toBe(2);
      expect(names(join(folder, 'done'))).toHaveLength(4);
    });

    it('that was left at any moment goes on without a second import', async () => {
      const processing = join(folder, 'processing');
      mkdirSync(processing);
      // After the file was moved, before its job began.
      writeFileSync(join(processing, '20260101T000000000Z-people.csv'), crowd(1));
      await look();
      expect(await importsSoFar()).toBe(1);
      // After its job ended, when the result and the rejected rows were there, before the file was moved.
      await look();
      const done = join(folder, 'done');
      renameSync(
        join(done, '20260101T000000000Z-people.csv'),
        join(processing, '20260101T000000000Z-people.csv'),
      );
      await look(2);
      expect(await importsSoFar()).toBe(1);
      expect(names(done)).toEqual(['20260101T000000000Z-people.csv', '20260101T000000000Z-people.csv.json']);
      expect(JSON.parse(readFileSync(join(done, names(done)[1]!), 'utf8'))).toMatchObject({
        file: 'people.csv',
        state: 'done',
        counts: { created: 1 },
      });
    });

    it('waits while somebody imports by hand', async () => {
      const busy = await scene.begin(header + person(1), true);
      writeFileSync(join(folder, 'people.csv'), header + person(2));
      await watched().look(Date.now() + 1000);
      expect(busy).toBeDefined();
      await scene.jobs.idle();
      await look(2);
      expect(Object.keys(await scene.users()).sort()).toEqual(['1', '2']);
    });
  });
});
