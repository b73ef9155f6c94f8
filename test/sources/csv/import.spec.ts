import { BeginImport } from '../../../src/sources/csv/begin-import.js';
import { detailsOf } from '../../../src/sources/csv/import-details.js';
import { ENTERPRISE } from '../feed-gateway.js';
import { onEveryEngine } from '../../store/stores.js';
import { removeFolders } from './files.js';
import { crowd, header, ImportScene, person } from './import-scene.js';

describe('Importing CSV files', () => {
  onEveryEngine((open) => {
    let scene: ImportScene;
    afterEach(async () => {
      await scene.close();
      expect(scene.gateway.errors).toEqual([]);
      removeFolders();
    });

    it('previews without writing, then imports, and finds nothing to do the second time', async () => {
      scene = await new ImportScene().open(await open());
      const preview = await scene.run(crowd(3), false);
      expect(preview).toMatchObject({ state: 'done', progress: { done: 3, total: 3 } });
      expect(preview.result).toMatchObject({ counts: { created: 3 }, differences: 3 });
      expect(preview.result.rows.created![0]).toMatchObject({
        label: '1000',
        place: 'people.csv:2',
        detail: expect.stringContaining('userName: p1000@corp.example'),
      });
      expect(await scene.users()).toEqual({});
      const applied = await scene.run(crowd(3), true);
      expect(applied.result).toMatchObject({ counts: { created: 3 }, differences: 0 });
      expect((await scene.users())['1001']).toMatchObject({ userName: 'p1001@corp.example', active: true });
      expect((await scene.run(crowd(3), true)).result.counts).toEqual({ unchanged: 3 });
    });

    it('tells what changes from what to what', async () => {
      scene = await new ImportScene().open(await open());
      await scene.run(crowd(2), true);
      const { result } = await scene.run(header + person(1000, 'Boss') + person(1001), false);
      expect(result.counts).toEqual({ updated: 1, unchanged: 1 });
      expect(result.rows.updated).toMatchObject([{ label: '1000', detail: 'title: Clerk → Boss' }]);
    });

    it('clears what is mapped and empty', async () => {
      scene = await new ImportScene().open(await open());
      await scene.run(crowd(1), true);
      await scene.run(header + person(1000, ''), true);
      expect((await scene.users())['1000']).not.toHaveProperty('title');
    });

    it('finds managers wherever in the file they stand, and says who is unknown', async () => {
      scene = await new ImportScene().open(await open());
      const content =
        header +
        '1;a@x.example;A;Clerk;2;A\n2;b@x.example;B;Boss;3;A\n3;c@x.example;C;Chief;;A\n4;d@x.example;D;Clerk;99;A\n';
      const preview = await scene.run(content, false);
      expect(preview.result.counts).toEqual({ created: 4, unresolved: 1 });
      expect(preview.result.rows.created![0]!.detail).toContain('manager: 2');
      const job = await scene.run(content, true);
      const users = await scene.users();
      expect(users['1']).toMatchObject({ [ENTERPRISE]: { manager: { value: users['2']!.id } } });
      expect(users['2']).toMatchObject({ [ENTERPRISE]: { manager: { value: users['3']!.id } } });
      expect(users['4']).not.toHaveProperty(ENTERPRISE);
      expect(job.result).toMatchObject({ counts: { created: 4, unresolved: 1 }, differences: 1 });
      expect(scene.rejectedRows(job)[1]).toBe(
        '4;d@x.example;D;Clerk;99;A;5;"imported, but manager: nobody is known as ""99"""',
      );
      expect((await scene.run(content, true)).result.counts).toEqual({ unchanged: 4, unresolved: 1 });
    });

    it('sets a manager who comes by a later file, or otherwise, and leaves the one of before until then', async () => {
      scene = await new ImportScene().open(await open());
      await scene.run(`${header}1;a@x.example;A;Boss;;A\n2;b@x.example;B;Clerk;1;A\n`, true);
      const preview = await scene.run(`${header}2;b@x.example;B;Clerk;99;A\n`, false);
      expect(preview.result.counts).toEqual({ unchanged: 1, unresolved: 1 });
      expect((await scene.run(`${header}2;b@x.example;B;Clerk;99;A\n`, true)).result.counts).toEqual({
        unchanged: 1,
        unresolved: 1,
      });
      expect(await scene.gateway.late.run()).toBe(0);
      const managerOf = async () =>
        ((await scene.users())['2']![ENTERPRISE] as { manager: { value: string } }).manager.value;
      expect(await managerOf()).toBe((await scene.users())['1']!.id);
      await scene.run(`${header}99;z@x.example;Z;Chief;;A\n`, true);
      expect(await scene.gateway.late.run()).toBe(1);
      expect(await managerOf()).toBe((await scene.users())['99']!.id);
    });

    it('rejects both rows of an externalId that stands twice, keeps the others, and writes the rejected ones down', async () => {
      scene = await new ImportScene().open(await open());
      const content =
        header + person(1) + '=2;p2@x.example;;;;A\n' + person(3) + person(1, 'Boss') + ';x;y;;;A\n9;short\n';
      const job = await scene.run(content, true);
      expect(job.result.counts).toEqual({ created: 2, rejected: 4 });
      expect(Object.keys(await scene.users())).toEqual(['3', '=2']);
      const rows = scene.rejectedRows(job);
      expect(rows[0]).toBe('Id;Mail;Last;Title;Boss;State;Landfall line;Landfall reason');
      expect(rows.slice(1).map((row) => row.split(';')[6])).toEqual(['2', '5', '6', '7']);
      expect(rows[1]).toContain('stands in several lines, first in line 2');
      expect(rows[3]).toContain('has no externalId (Id)');
    });

    it('takes mended rows back as they were written down', async () => {
      scene = await new ImportScene().open(await open());
      const job = await scene.run(`${header}7;;"+49 ""x""";;;A\n`, true);
      expect(job.result.counts).toEqual({ rejected: 1 });
      const [first, row] = scene.rejectedRows(job);
      const mended = `\ufeff${first}\r\n${row!.replace('7;;', '7;p7@x.example;')}\r\n`;
      expect((await scene.run(mended, true, { full: true })).result).toMatchObject({
        counts: { created: 1, leaversHeld: 1 },
      });
      expect((await scene.users())['7']).toMatchObject({ name: { familyName: '+49 "x"' } });
    });

    it.each([
      ['Id;Mail\n1;a\n', /there is no column "Last"/],
      [`${header}${person(1)}2;b;"x;;;A\n`, /never closed/],
      [Buffer.from(`${header}${person(1)}2;b;M\xfcller;;;A\n`, 'latin1'), /line 3: .*windows-1252/],
    ])('changes nothing by a file that is broken: %#', async (content, message) => {
      scene = await new ImportScene().open(await open());
      const job = await scene.run(content, true);
      expect([job.state, job.progress.waiting]).toEqual(['failed', expect.stringMatching(message)]);
      expect(await scene.users()).toEqual({});
    });

    it('refuses a file that is not the one that was announced', async () => {
      scene = await new ImportScene().open(await open());
      const job = await scene.run(crowd(1), true, { digest: '0'.repeat(64) });
      expect(job).toMatchObject({
        state: 'failed',
        progress: { waiting: expect.stringMatching(/has changed/) },
      });
    });

    it('parks rows that could mean two people', async () => {
      scene = await new ImportScene().open(await open(), { match: { User: ['userName', 'title'] } });
      await scene.gateway.user('p1000@corp.example');
      await scene.gateway.user('other', { title: 'Clerk' });
      const job = await scene.run(crowd(1), true);
      expect(job.result).toMatchObject({ counts: { parked: 1 }, differences: 1 });
      expect(scene.rejectedRows(job)).toHaveLength(2);
    });

    it('lets a second import of the source wait for the first one to end', async () => {
      scene = await new ImportScene().open(await open());
      const first = await scene.begin(crowd(50), true);
      expect(first).toBeDefined();
      expect(await scene.begin(crowd(50), true)).toBeUndefined();
      await scene.jobs.idle();
    });

    describe('an interruption', () => {
      /** A process that dies while it takes the row of this person: nothing of it is ever heard again. */
      const dyingAt = (scene: ImportScene, externalId: string) =>
        Object.assign(Object.create(scene.gateway.intake) as typeof scene.gateway.intake, {
          take: (...[source, record, caller]: Parameters<typeof scene.gateway.intake.take>) =>
            record.externalId === externalId
              ? new Promise<never>(() => undefined)
              : scene.gateway.intake.take(source, record, caller),
        });
      const faulty = (count: number) =>
        crowd(count).replace('p1100@corp.example', '').replace('p1500@corp.example', '') +
        `9;z@x.example;Z;Clerk;1000;A\n`;

      it('by a crash loses and repeats nothing: another process goes on at the page that was under way', async () => {
        scene = await new ImportScene().open(await open());
        scene.jobs = scene.newJobs({ intake: dyingAt(scene, '1450') });
        const job = await scene.begin(faulty(600), true);
        await scene.gateway.until(async () => (await scene.job(job!.id)).progress.after === '400');
        await scene.gateway.until(async () => '1449' in (await scene.users()));
        expect((await scene.job(job!.id)).result.counts).toEqual({ created: 399, rejected: 1 });
        const taken: string[] = [];
        const counting = Object.assign(Object.create(scene.gateway.intake) as typeof scene.gateway.intake, {
          take: (...[source, record, caller]: Parameters<typeof scene.gateway.intake.take>) => {
            taken.push(record.externalId);
            return scene.gateway.intake.take(source, record, caller);
          },
        });
        scene.jobs = scene.newJobs({ intake: counting });
        await scene.jobs.look();
        await scene.jobs.idle();
        const ended = await scene.job(job!.id);
        expect(ended).toMatchObject({ state: 'done', progress: { done: 601, total: 601 } });
        expect(taken[0]).toBe('1400');
        expect(Object.keys(await scene.users())).toHaveLength(599);
        expect(scene.rejectedRows(ended).map((row) => row.split(';')[0])).toEqual(['Id', '1100', '1500']);
      }, 30_000);

      it('by cancelling ends the import; --resume goes on with it', async () => {
        scene = await new ImportScene().open(await open());
        scene.jobs = scene.newJobs({ intake: dyingAt(scene, '1450') });
        const job = await scene.begin(faulty(600), true);
        await scene.gateway.until(async () => (await scene.job(job!.id)).progress.after === '400');
        expect(await scene.gateway.opened.delivery.jobs.cancel(job!.id)).toBe(true);
        scene.jobs = scene.newJobs();
        await scene.jobs.look();
        await scene.jobs.idle();
        expect(await scene.job(job!.id)).toMatchObject({ state: 'cancelled', progress: { after: '400' } });
        const { jobs, feeds } = scene;
        const beginning = new BeginImport({ jobs, jobStore: scene.gateway.opened.delivery.jobs, feeds });
        const { file, name, digest } = detailsOf(job!);
        const wanted = {
          source: 'hcm',
          file,
          name,
          digest,
          uploaded: false,
          rejectedFile: `${file}.new`,
          apply: true,
        };
        const resumed = await beginning.resume(wanted);
        expect(await beginning.resume(wanted)).toMatchObject({ id: resumed!.id, state: 'running' });
        await jobs.idle();
        const ended = await scene.job(resumed!.id);
        expect(ended.result.counts).toMatchObject({ rejected: 2 });
        expect(ended.progress.done).toBe(601);
        expect(scene.rejectedRows(ended).map((row) => row.split(';')[0])).toEqual(['Id', '1100', '1500']);
        expect((await beginning.resume(wanted))!.id).not.toBe(resumed!.id);
        await jobs.idle();
      }, 30_000);
    });

    describe('a complete file', () => {
      it('lets those leave whom the source had and the file lacks, once', async () => {
        scene = await new ImportScene({ leaversGuard: { count: 2, percent: 100 } }).open(await open());
        await scene.run(crowd(10), true);
        const without = crowd(10).replace(person(1003), '').replace(person(1007), '');
        const preview = await scene.run(without, false, { full: true });
        expect(preview.result).toMatchObject({ counts: { unchanged: 8, left: 2 }, differences: 2 });
        expect(preview.result.rows.left).toMatchObject([
          { label: '1003 p1003@corp.example', detail: 'active: true → false' },
          { label: '1007 p1007@corp.example' },
        ]);
        const { '1003': leaver } = await scene.users();
        expect((await scene.run(without, true, { full: true })).result).toMatchObject({
          counts: { unchanged: 8, left: 2 },
          differences: 0,
        });
        expect((await scene.gateway.stored(leaver!.id)).attributes).toMatchObject({ active: false });
        expect((await scene.run(without, true, { full: true })).result.counts).toEqual({ unchanged: 8 });
      });

      it.each([
        ['the number', { count: 2, percent: 100 }],
        ['the share', { count: 100, percent: 5 }],
      ])(
        'keeps everybody when more are missing than %s allows, until exactly so many are allowed',
        async (_what, leaversGuard) => {
          scene = await new ImportScene({ leaversGuard }).open(await open());
          await scene.run(crowd(20), true);
          const half = crowd(17);
          const held = await scene.run(half, true, { full: true });
          expect(held.result).toMatchObject({ counts: { unchanged: 17, leaversHeld: 3 }, differences: 3 });
          expect(held.result.rows.leaversHeld).toMatchObject([
            { label: '3 of 20', detail: expect.stringMatching(/--allow-leavers 3$/) },
            { label: '1017 p1017@corp.example' },
            {},
            {},
          ]);
          expect(
            (await scene.run(half, true, { full: true, allowLeavers: 4 })).result.counts.leaversHeld,
          ).toBe(3);
          expect((await scene.run(half, true, { full: true, allowLeavers: 3 })).result.counts).toEqual({
            unchanged: 17,
            left: 3,
          });
        },
      );

      it('makes no leaver of somebody whose row was rejected', async () => {
        scene = await new ImportScene({ leaversGuard: { count: 5, percent: 100 } }).open(await open());
        await scene.run(crowd(3), true);
        const wrong = crowd(3).replace('p1001@corp.example', '') + person(1002);
        expect((await scene.run(wrong, true, { full: true })).result.counts).toEqual({
          unchanged: 1,
          rejected: 3,
        });
      });

      it.each([
        ['rows that do not tell whom they are about', `${crowd(2)};x;y;;;A\n`, /1 rows do not tell/],
        ['a last row that is cut off', `${crowd(2)}1002;p1`, /1 rows do not tell/],
        ['no rows', header, /has no rows/],
      ])('lets nobody leave by a file with %s', async (_what, content, reason) => {
        scene = await new ImportScene({ leaversGuard: { count: 5, percent: 100 } }).open(await open());
        await scene.run(crowd(3), true);
        const { result } = await scene.run(content, true, { full: true });
        expect(result.rows.leaversHeld).toMatchObject([{ detail: expect.stringMatching(reason) }]);
        expect(result.counts.left).toBeUndefined();
        expect(Object.values(await scene.users()).every(({ active }) => active === true)).toBe(true);
      });
    });
  });
});
