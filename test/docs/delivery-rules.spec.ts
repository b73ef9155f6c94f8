import { readFileSync } from 'node:fs';
import { brokenCitations, citedTests } from './cited-tests.js';

const page = 'docs/delivery-rules.md';

describe('The rules of store and delivery', () => {
  const rules = readFileSync(page, 'utf8')
    .split('\n')
    .flatMap((text) => {
      const [, number] = /^\| (\d+)\. /.exec(text) ?? [];
      return number === undefined ? [] : [{ number: Number(number), text }];
    });

  it('are thirty', () => {
    expect(rules.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  it('each name a test that shows it; the import table is its own test', () => {
    const bare = rules.filter(({ text }) => !citedTests(text).some(({ title }) => title !== undefined));
    expect(bare.map(({ number }) => number)).toEqual([26]);
  });

  it('name only tests that are there', () => {
    expect(brokenCitations(page)).toEqual([]);
  });
});
