import { readFileSync } from 'node:fs';
import { brokenCitations, citedTests } from './cited-tests.js';

const page = 'docs/active-directory.md';

describe('The behaviours of the Active Directory connector', () => {
  const rows = readFileSync(page, 'utf8')
    .split('\n')
    .filter((text) => /^\| (?!Area|-)/.test(text));

  it('each name a test that shows it, or say why none can', () => {
    const unshown = rows.filter((row) => !citedTests(row).some(({ title }) => title !== undefined));
    expect(rows.length).toBeGreaterThan(40);
    for (const row of unshown) expect(row).toMatch(/\| none +\| (Documentation|Not used): .+ \|$/);
  });

  it('name only tests that are there', () => {
    expect(brokenCitations(page, 'test/active-directory')).toEqual([]);
  });
});
