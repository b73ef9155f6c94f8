import fc from 'fast-check';
import { timeZone } from './time-zone.js';

const minute = 60_000;
const dayMs = 86_400_000;
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);

describe('the first instant of a day', () => {
  it.each([
    ['UTC', '2027-01-04', '2027-01-04T00:00:00Z'],
    ['Europe/Berlin', '2027-01-04', '2027-01-03T23:00:00Z'],
    ['Europe/Berlin', '2027-03-28', '2027-03-27T23:00:00Z'],
    ['Europe/Berlin', '2027-03-29', '2027-03-28T22:00:00Z'],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00Z'],
    ['Europe/Berlin', '2026-10-26', '2026-10-25T23:00:00Z'],
    ['Asia/Kolkata', '2028-02-29', '2028-02-28T18:30:00Z'],
    ['Asia/Kathmandu', '2027-06-01', '2027-05-31T18:15:00Z'],
    ['Pacific/Kiritimati', '2027-01-01', '2026-12-31T10:00:00Z'],
    ['Etc/GMT+12', '2027-01-01', '2027-01-01T12:00:00Z'],
    // Clocks went from 00:00 to 01:00.
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z'],
    ['America/Sao_Paulo', '2018-11-05', '2018-11-05T02:00:00Z'],
    // Clocks went from 24:00 back to 23:00.
    ['America/Sao_Paulo', '2018-02-18', '2018-02-18T03:00:00Z'],
    ['Asia/Beirut', '2022-03-27', '2022-03-26T22:00:00Z'],
    // Clocks went from 00:01 back to 23:01: the first midnight counts.
    ['America/St_Johns', '2010-11-07', '2010-11-07T02:30:00Z'],
    // The day was skipped, and Kwajalein's in 1993.
    ['Pacific/Apia', '2011-12-29', '2011-12-29T10:00:00Z'],
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00Z'],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00Z'],
    ['Pacific/Kwajalein', '1993-08-22', '1993-08-21T12:00:00Z'],
    ['Europe/Berlin', '9999-12-31', '9999-12-30T23:00:00Z'],
  ])('in %s on %s is %s', (zone, text, expected) => {
    expect(new Date(timeZone(zone)!.startOfDay(day(text))).toISOString()).toBe(
      new Date(expected).toISOString(),
    );
  });

  it('is what a search through every minute finds, in any zone on any day', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const days = fc.integer({ min: day('1975-01-01') / dayMs, max: day('2037-12-31') / dayMs });
    fc.assert(
      fc.property(zones, days, (name, number) => {
        const zone = timeZone(name)!;
        const local = (at: number) => Math.floor((at + zone.offset(at)) / dayMs);
        const found = zone.startOfDay(number * dayMs);
        expect(local(found)).toBeGreaterThanOrEqual(number);
        for (let at = found - 40 * 60 * minute; at < found; at += 20 * minute)
          expect(local(at)).toBeLessThan(number);
        expect(local(found - 1)).toBeLessThan(number);
      }),
      { numRuns: 150 },
    );
  });

  it('never comes before that of the day before', () => {
    const zones = fc.constantFrom(
      'America/Sao_Paulo',
      'Pacific/Apia',
      'America/St_Johns',
      'Africa/Cairo',
      'Asia/Gaza',
    );
    fc.assert(
      fc.property(zones, fc.integer({ min: 3650, max: 22_000 }), (name, number) => {
        const zone = timeZone(name)!;
        const length = zone.startOfDay((number + 1) * dayMs) - zone.startOfDay(number * dayMs);
        expect([0, 22.5, 23, 23.5, 24, 24.5, 25, 48]).toContain(length / 3_600_000);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the name of a time zone', () => {
  it.each(['europe/BERLIN', 'UTC', 'Asia/Calcutta', 'America/Argentina/Buenos_Aires'])(
    '%s is known',
    (name) => {
      expect(timeZone(name)).toBeDefined();
    },
  );

  it.each(['', 'Berlin', '+01:00', 'W. Europe Standard Time', 'Europe/Berlin ', '__proto__'])(
    '"%s" is unknown',
    (name) => {
      expect(timeZone(name)).toBeUndefined();
    },
  );

  it('is shown in the spelling of the database, an alias in its own', () => {
    expect(timeZone('europe/berlin')!.name).toBe('Europe/Berlin');
    expect(timeZone('Asia/Kolkata')!.name).toBe('Asia/Kolkata');
  });
});
