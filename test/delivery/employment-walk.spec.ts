import fc from 'fast-check';
import { employment } from '../../src/employment/index.js';
import { EMPLOYMENT_SCHEMA } from '../../src/schema/builtin/employment.schema.js';
import { onEveryEngine } from '../store/stores.js';
import { caller, noView, TestGateway } from './gateway.js';
import { RecordingTarget } from './recording-target.js';
import { WallClock, withClock } from './wall-clock.js';

const hour = 3_600_000;
const noon = Date.parse('2027-03-01T12:00:00Z');
const people = ['a', 'b', 'c'];

const day = fc
  .integer({ min: -4, max: 4 })
  .map((n) => new Date(noon + n * 24 * hour).toISOString().slice(0, 10));
const part = fc.oneof(
  fc.constant(undefined),
  fc.record(
    {
      startDate: day,
      endDate: day,
      leaveFrom: day,
      timeZone: fc.constantFrom('Asia/Tokyo', 'America/New_York'),
    },
    { requiredKeys: [] },
  ),
);
const step = fc.oneof(
  fc.record({ kind: fc.constant('clock' as const), hours: fc.integer({ min: -100, max: 100 }) }),
  fc.record({ kind: fc.constant('dates' as const), who: fc.constantFrom(...people), part }),
  fc.record({ kind: fc.constant('active' as const), who: fc.constantFrom(...people), active: fc.boolean() }),
  fc.record({ kind: fc.constant('look' as const) }),
  fc.record({ kind: fc.constant('restart' as const), timeZone: fc.constantFrom('UTC', 'Europe/Berlin') }),
);

/** Whatever happens in whatever order, and wherever the clock goes: in the end everybody is as the day has it. */
describe('A walk through changes, clocks and restarts', () => {
  onEveryEngine((open) => {
    it('ends with the accounts that client and day ask for', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
          const opened = await open();
          const clock = new WallClock(opened.delivery.clock, new Date(noon).toISOString());
          const target = new RecordingTarget();
          let timeZone = 'UTC';
          const start = () =>
            new TestGateway(withClock(opened, clock), {}, { timeZone, passPageSize: 2 }, target, {
              ruleGroups: [{ displayName: 'Staff', rule: [[{ attribute: 'active', operator: 'IS TRUE' }]] }],
            }).start();
          let gateway = await start();
          try {
            const ids = new Map<string, string>();
            for (const name of people) ids.set(name, await gateway.user(name, { active: true }));
            for (const one of steps) {
              if (one.kind === 'clock')
                clock.set(new Date((await clock.wall()) + one.hours * hour).toISOString());
              if (one.kind === 'look') await gateway.delivery.scheduler.run();
              if (one.kind === 'active')
                await gateway.change('User', ids.get(one.who)!, { active: one.active });
              if (one.kind === 'dates')
                await gateway
                  .change('User', ids.get(one.who)!, { [EMPLOYMENT_SCHEMA]: one.part })
                  .catch((error: unknown) => expect(error).toMatchObject({ code: 'invalidValue' }));
              if (one.kind === 'restart') {
                await gateway.close();
                ({ timeZone } = one);
                gateway = await start();
              }
            }
            await gateway.delivery.passes.run();
            // A look under way may have read an older time.
            for (let look = 0; look < 2; look++) await gateway.delivery.scheduler.run();
            await gateway.until(async () => {
              const { due = 0 } = await opened.delivery.links.countByState('recording');
              return due === 0 && (await opened.delivery.edges.countOpen('recording')).due === 0;
            });
            const now = await clock.wall();
            const staff = target.byName('Staff')!.members;
            for (const name of people) {
              const { resource } = await gateway.identity.get('User', ids.get(name)!, caller, noView);
              const { attributes } = resource;
              const wanted =
                attributes.active === true && (employment(attributes, now, timeZone)?.employed ?? true);
              const account = target.byName(name)!;
              expect({ name, enabled: account.enabled, staff: staff.has(account.anchor) }).toEqual({
                name,
                enabled: wanted,
                staff: wanted,
              });
            }
            expect(gateway.errors).toEqual([]);
          } finally {
            await gateway.close();
          }
        }),
        { numRuns: 5 },
      );
    }, 60_000);
  });
});
