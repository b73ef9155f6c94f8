import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokenCitations, citedTests, titlesOf } from './cited-tests.js';

describe('The tests that a page names', () => {
  const runs = (source: string, title: string) => titlesOf(source).some((pattern) => pattern.test(title));

  it('are the spec files with the titles that follow them in the same cell', () => {
    expect(
      citedTests('| "no" title | a/b.spec.ts "one", ✂ "two"; c.spec.ts | "prose" |\nsee `d.spec.ts`'),
    ).toEqual([
      { line: 1, spec: 'a/b.spec.ts', title: 'one' },
      { line: 1, spec: 'a/b.spec.ts', title: 'two' },
      { line: 1, spec: 'c.spec.ts' },
      { line: 2, spec: 'd.spec.ts' },
    ]);
  });

  it('are looked for among the tests that run, whoever fills in their titles', () => {
    expect(runs(`describe('a', () => { it('b (c)', () => {}); });`, 'b (c)')).toBe(true);
    expect(runs(`it.each([1])('counts %i of $all', () => {});`, 'counts 1 of 3')).toBe(true);
    expect(runs('it(`says ${word} twice`, () => {});', 'says no twice')).toBe(true);
    expect(runs(`describe('a', () => {});`, 'a')).toBe(false);
    expect(runs(`it.skip('b', () => {});`, 'b')).toBe(false);
    expect(runs(`it.skip.each([1])('b', () => {});`, 'b')).toBe(false);
    expect(runs(`it.todo('b');`, 'b')).toBe(false);
    expect(runs(`// it('b', () => {});`, 'b')).toBe(false);
    expect(runs(`it('b and more', () => {});`, 'b')).toBe(false);
  });

  it('are told with page and line where they are not there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'landfall-docs-'));
    const page = join(folder, 'page.md');
    const itself = 'docs/cited-tests.spec.ts';
    writeFileSync(
      page,
      [
        `${itself} "are told with page and line where they are not there"`,
        `${itself} "are invented"`,
        'invented.spec.ts',
        'replicas.spec.ts "finds"',
        `cited-tests.spec.ts "are the spec files with the titles that follow them in the same cell"`,
      ].join('\n'),
    );
    try {
      expect(brokenCitations(page, 'test/docs')).toEqual([
        `${page}:2: ${itself} has no test "are invented"`,
        `${page}:3: invented.spec.ts is not there`,
        expect.stringMatching(/:4: replicas\.spec\.ts could be any of .*, /),
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
