import { cellValue, type CellFormats } from '../../../src/sources/csv/cell-value.js';
import type { AttributeDefinition, Json } from '../../../src/schema/types.js';

const value = (type: AttributeDefinition['type'], given: Json, formats: Partial<CellFormats> = {}) =>
  cellValue({ type } as AttributeDefinition, given, { decimal: '.', dates: [], timeZone: 'UTC', ...formats });

describe('Values of cells', () => {
  const german = { dates: ['dd.MM.yyyy', 'dd.MM.yyyy HH:mm'], timeZone: 'Europe/Berlin' };

  it.each([
    ['01.02.2026', '2026-02-01T00:00:00+01:00'],
    ['01.07.2026', '2026-07-01T00:00:00+02:00'],
    ['01.07.2026 08:30', '2026-07-01T08:30:00+02:00'],
    // The clocks go back at 03:00 on 25 October 2026, and forward at 02:00 on 29 March.
    ['25.10.2026', '2026-10-25T00:00:00+02:00'],
    ['25.10.2026 02:30', '2026-10-25T02:30:00+02:00'],
    ['26.10.2026', '2026-10-26T00:00:00+01:00'],
    ['29.03.2026 03:30', '2026-03-29T03:30:00+02:00'],
    ['2026-02-01', '2026-02-01T00:00:00+01:00'],
    ['2026-02-01T08:00:00Z', '2026-02-01T08:00:00Z'],
  ])('reads the date %s at the employer', (text, wanted) => {
    expect(value('dateTime', text, german)).toBe(wanted);
  });

  it.each(['31.02.2026', '1.2.26', '02/01/2026', 'soon'])('knows no date %s', (text) => {
    expect(() => value('dateTime', text, german)).toThrow(/is no date of the form dd\.MM\.yyyy/);
  });

  it.each([
    ['1.234,5', ',', 1234.5],
    ['-7', ',', -7],
    ["12'000", ',', 12000],
    ['1,234.50', '.', 1234.5],
    ['1 234', '.', 1234],
  ] as const)('reads the number %s', (text, decimal, wanted) => {
    expect(value('decimal', text, { decimal })).toBe(wanted);
  });

  it.each([
    ['1,5', '.'],
    ['1.5', ','],
    ['12.34.567', ','],
    ['five', '.'],
  ] as const)('knows no number %s', (text, decimal) => {
    expect(() => value('decimal', text, { decimal })).toThrow(/is no number/);
  });

  it.each([
    ['Yes', true],
    ['0', false],
    ['TRUE', true],
  ])('reads the truth %s', (text, wanted) => {
    expect(value('boolean', text)).toBe(wanted);
  });

  it('leaves text as it is', () => {
    expect(value('string', '007')).toBe('007');
  });
});
