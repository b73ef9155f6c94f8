import fc from 'fast-check';
import { EMPLOYMENT_SCHEMA } from '../schema/builtin/employment.schema.js';
import { employment, employmentProblem } from './index.js';

const of = (part: Record<string, string>) => ({ userName: 'nora', [EMPLOYMENT_SCHEMA]: part });
const at = (text: string): number => Date.parse(text);
const seen = (part: Record<string, string>, now: string, zone = 'Europe/Berlin') => {
  const { since, until, ...rest } = employment(of(part), at(now), zone)!;
  const shown = (ms?: number) => (ms === undefined ? undefined : new Date(ms).toISOString());
  return { ...rest, since: shown(since), until: shown(until) };
};

describe('employment', () => {
  it('is not a question without dates', () => {
    expect(employment({ userName: 'nora' }, 0, 'UTC')).toBeUndefined();
  });

  it('begins with the first day, in the zone of the employer', () => {
    const joiner = { startDate: '2027-01-04' };
    expect(seen(joiner, '2027-01-03T22:59:59.999Z')).toEqual({
      state: 'before',
      employed: false,
      reason: 'employment begins 2027-01-04 in Europe/Berlin',
      until: '2027-01-03T23:00:00.000Z',
    });
    expect(seen(joiner, '2027-01-03T23:00:00Z')).toEqual({
      state: 'employed',
      employed: true,
      reason: 'employed',
      since: '2027-01-03T23:00:00.000Z',
    });
  });

  it('ends when the last day is over', () => {
    const leaver = { startDate: '2020-01-01', endDate: '2027-03-28' };
    expect(seen(leaver, '2027-03-28T21:59:59Z')).toMatchObject({
      employed: true,
      reason: 'employed until 2027-03-28 in Europe/Berlin',
      until: '2027-03-28T22:00:00.000Z',
    });
    expect(seen(leaver, '2027-03-28T22:00:00Z')).toMatchObject({
      state: 'ended',
      employed: false,
      reason: 'the last day of work was 2027-03-28 in Europe/Berlin',
      since: '2027-03-28T22:00:00.000Z',
      until: undefined,
    });
  });

  it('pauses for a leave, and for one whose end is not known', () => {
    const away = { leaveFrom: '2027-02-01', leaveUntil: '2028-02-29' };
    expect(seen(away, '2028-02-29T22:59:59Z')).toMatchObject({
      state: 'onLeave',
      employed: false,
      reason: 'on leave from 2027-02-01 in Europe/Berlin until 2028-02-29 in Europe/Berlin',
      since: '2027-01-31T23:00:00.000Z',
      until: '2028-02-29T23:00:00.000Z',
    });
    expect(seen(away, '2028-02-29T23:00:00Z')).toMatchObject({ employed: true });
    expect(seen({ leaveFrom: '2027-02-01' }, '2030-01-01T00:00:00Z')).toMatchObject({
      state: 'onLeave',
      until: undefined,
    });
  });

  it('takes the zone of the resource before the default', () => {
    const joiner = { startDate: '2027-01-04', timeZone: 'Pacific/Auckland' };
    expect(seen(joiner, '2027-01-03T10:59:59Z')).toMatchObject({
      employed: false,
      reason: 'employment begins 2027-01-04 in Pacific/Auckland',
    });
    expect(seen(joiner, '2027-01-03T11:00:00Z')).toMatchObject({ employed: true });
  });

  it('takes times as they are', () => {
    const leaver = { endDate: '2027-01-31T12:00:00+01:00' };
    expect(seen(leaver, '2027-01-31T10:59:59Z')).toMatchObject({
      employed: true,
      until: '2027-01-31T11:00:00.000Z',
    });
    expect(seen(leaver, '2027-01-31T11:00:00Z')).toMatchObject({
      employed: false,
      reason: 'employment ended 2027-01-31T12:00:00+01:00',
    });
  });

  it('skips limits that change nothing', () => {
    const part = { endDate: '2027-01-31', leaveFrom: '2027-06-01', leaveUntil: '2027-06-30' };
    expect(seen(part, '2027-03-01T00:00:00Z')).toMatchObject({ state: 'ended', until: undefined });
  });

  it.each<Record<string, string>>([
    { startDate: 'soon' },
    { timeZone: 'Mars/Olympus' },
    { endDate: '9999-12-31' },
  ])('is total: %j leaves somebody employed', (part) => {
    expect(seen(part, '2027-03-01T00:00:00Z')).toMatchObject({ employed: true });
  });

  it('holds from `since` until `until`, and not a millisecond longer', () => {
    const day = fc
      .integer({ min: 14_000, max: 16_500 })
      .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
    const part = fc.record(
      {
        startDate: day,
        endDate: day,
        leaveFrom: day,
        leaveUntil: day,
        timeZone: fc.constantFrom('America/Sao_Paulo', 'Pacific/Apia', 'America/St_Johns', 'Europe/Berlin'),
      },
      { requiredKeys: [] },
    );
    const instant = fc.integer({ min: 14_000 * 86_400_000, max: 16_500 * 86_400_000 });
    fc.assert(
      fc.property(part, instant, instant, (given, now, other) => {
        const stateAt = (ms: number) => employment(of(given), ms, 'UTC')!.state;
        const { state, since, until } = employment(of(given), now, 'UTC')!;
        const inside = (ms: number) => ms >= (since ?? -Infinity) && ms < (until ?? Infinity);
        expect(inside(now)).toBe(true);
        if (inside(other)) expect(stateAt(other)).toBe(state);
        if (since !== undefined)
          expect([stateAt(since), stateAt(since - 1) === state]).toEqual([state, false]);
        if (until !== undefined)
          expect([stateAt(until - 1), stateAt(until) === state]).toEqual([state, false]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('dates of employment', () => {
  it.each<Record<string, string>>([
    {},
    { startDate: '2028-02-29', endDate: '2028-02-29' },
    { startDate: '1800-01-01', endDate: '9999-12-31' },
    { startDate: '2027-01-04T08:00:00+01:00', endDate: '2027-01-04T16:00:00Z' },
    { startDate: '2027-01-04T23:00:00Z', endDate: '2027-01-04' },
    { leaveFrom: '2027-01-04', timeZone: 'Europe/Berlin' },
  ])('%j are taken', (part) => {
    expect(employmentProblem(of(part))).toBeUndefined();
  });

  it.each<[Record<string, string>, string]>([
    [{ startDate: '2027-02-29' }, 'startDate'],
    [{ startDate: '04.01.2027' }, 'startDate'],
    [{ endDate: '2027-01-04T08:00:00' }, 'endDate'],
    [{ endDate: '0000-01-01' }, 'endDate'],
    [{ timeZone: 'W. Europe Standard Time' }, 'timeZone'],
    [{ startDate: '2027-01-05', endDate: '2027-01-04' }, 'endDate'],
    [{ startDate: '2027-01-05T00:00:01Z', endDate: '2027-01-04', timeZone: 'UTC' }, 'endDate'],
    [{ leaveUntil: '2027-01-04' }, 'leaveFrom'],
    [{ leaveFrom: '2027-01-05', leaveUntil: '2027-01-04' }, 'leaveUntil'],
  ])('%j are refused because of %s', (part, name) => {
    expect(employmentProblem(of(part))).toMatchObject({ attribute: `${EMPLOYMENT_SCHEMA}:${name}` });
  });
});
