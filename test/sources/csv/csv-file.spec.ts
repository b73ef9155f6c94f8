import iconv from 'iconv-lite';
import fc from 'fast-check';
import { encodings } from '../../../src/sources/csv/decode.js';
import { csvLine, unguarded } from '../../../src/sources/csv/formula.js';
import { RowIds } from '../../../src/sources/csv/row-ids.js';
import { removeFolders, rowsOf } from './files.js';

describe('Reading CSV files', () => {
  afterEach(removeFolders);

  it.each([
    ['windows-1252 and semicolons', 'windows-1252', ';', false],
    ['UTF-16 little endian with its mark and tabs', 'utf-16le', '\t', true],
    ['UTF-16 big endian with its mark', 'utf-16be', ',', true],
    ['UTF-8 with its mark and pipes', 'utf-8', '|', true],
    ['UTF-8 without a mark', 'utf-8', ';', false],
  ] as const)('reads %s', async (_what, encoding, delimiter, mark) => {
    const text = `Id${delimiter}Name\r\n1${delimiter}Müller Žofie €\r\n`;
    const bytes = iconv.encode(text, encoding, { addBOM: mark });
    const { opened, rows } = await rowsOf(bytes, mark || encoding === 'utf-8' ? {} : { encoding });
    expect(opened).toMatchObject({ delimiter, header: ['Id', 'Name'] });
    expect(rows).toEqual([{ line: 2, cells: ['1', 'Müller Žofie €'] }]);
  });

  it('keeps line breaks and delimiters inside quotation marks, and knows where each row begins', async () => {
    const { rows } = await rowsOf('Id;Note\r\n1;"a;b\r\nc ""d"""\r\n\r\n;;\r\n2;e\r\n3;"x\ny\nz"\n4;f');
    expect(rows).toEqual([
      { line: 2, cells: ['1', 'a;b\r\nc "d"'] },
      { line: 6, cells: ['2', 'e'] },
      { line: 7, cells: ['3', 'x\ny\nz'] },
      { line: 10, cells: ['4', 'f'] },
    ]);
  });

  it('believes a byte order mark more than the settings', async () => {
    const bytes = iconv.encode('Id;Name\n1;Žofie\n', 'utf-8', { addBOM: true });
    const { opened, rows } = await rowsOf(bytes, { encoding: 'windows-1252' });
    expect([opened.header, rows[0]!.cells]).toEqual([
      ['Id', 'Name'],
      ['1', 'Žofie'],
    ]);
  });

  it('finds the delimiter by the columns that are wanted, and obeys the announcement of Excel', async () => {
    expect((await rowsOf('Name, first, last;Id\nx;1\n', {}, ['Id'])).opened.delimiter).toBe(';');
    const announced = await rowsOf('sep=|\r\nId|A,B,C\r\n1|2\r\n');
    expect(announced.opened).toMatchObject({ delimiter: '|', header: ['Id', 'A,B,C'] });
    expect(announced.rows).toEqual([{ line: 3, cells: ['1', '2'] }]);
  });

  it.each([
    ['an empty file', '', /the file is empty/],
    ['bytes that are no UTF-8', Buffer.from('Id;N\n1;a\n2;M\xfcller\n', 'latin1'), /^line 3: .*windows-1252/],
    [
      'a byte that windows-1252 has not',
      Buffer.from('Id;N\n1;\x81\n', 'latin1'),
      /^line 2: .*no windows-1252/,
      'windows-1252',
    ],
    ['UTF-16 without its mark', iconv.encode('Id;N\n', 'utf-16le'), /set encoding: utf-16le/],
    ['half a character at the end', Buffer.from('Id;N\n1;\xc3', 'latin1'), /no utf-8 text/],
    ['a quotation mark that is never closed', 'Id;N\n1;"a\n2;b\n', /never closed/],
    ['text after a closing quotation mark', 'Id;N\n1;"a"b\n', /^line 2: text follows/],
    ['a quotation mark inside a cell', 'Id;N\n1;x\n2;5"\n', /^line 3: a quotation mark stands inside/],
    ['a quotation mark that swallows the file', `Id;N\n1;"${'a\n'.repeat(600_000)}`, /longer than a million/],
  ] as const)(
    'refuses %s as a whole',
    async (_what, content, message, encoding: 'windows-1252' | 'auto' = 'auto') => {
      await expect(rowsOf(content, { encoding })).rejects.toThrow(message);
    },
  );

  it('reads again what it writes, in every encoding and with every delimiter', async () => {
    const cell = fc.string({ unit: fc.constantFrom(...'aZ9 ;,|"\n\t\'=+-@\r'), maxLength: 8 });
    const rows = fc.array(fc.tuple(fc.nat().map(String), cell, cell), { minLength: 1, maxLength: 5 });
    const delimiter = fc.constantFrom(';', ',', '\t', '|');
    const encoding = fc.constantFrom(...encodings.slice(1));
    await fc.assert(
      fc.asyncProperty(rows, delimiter, encoding, async (given, by, as) => {
        const text = [['Id', 'A', 'B'], ...given].map((cells) => csvLine(cells, by)).join('');
        const { rows: read } = await rowsOf(
          iconv.encode(text, as),
          { encoding: as, delimiter: by === '\t' ? 'tab' : (by as ';') },
          ['Id'],
        );
        // What looks like a guarded formula loses its apostrophe once.
        expect(read.map(({ cells }) => cells)).toEqual(
          given.map((cells) => cells.map((one) => unguarded(csvCell(one)))),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('writes nothing that a spreadsheet computes', () => {
    expect(csvLine(['=1+1', '+49 30', '-5', '@a', 'x=1', '\tb'], ';')).toBe(
      "'=1+1;'+49 30;'-5;'@a;x=1;'\tb\r\n",
    );
  });
});

/** What the guard of formulas makes of a cell. */
const csvCell = (cell: string) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell);

describe('The externalIds of a file', () => {
  it('tells who is in it and who is in it twice', () => {
    const ids = new RowIds();
    for (let line = 2; line < 20_002; line += 1) ids.add(`id-${line}`, line);
    ids.add('id-77', 30_000);
    ids.add('id-77', 30_001);
    expect(ids.size).toBe(20_000);
    expect([ids.has('id-2'), ids.has('id-20001'), ids.has('id-20002'), ids.has('')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([ids.repeatedSince('id-77'), ids.repeatedSince('id-78'), ids.repeatedSince('none')]).toEqual([
      77,
      undefined,
      undefined,
    ]);
  });
});
