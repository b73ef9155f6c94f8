import { readFileSync } from 'node:fs';
import { reference } from '../../scripts/configuration-reference.mjs';

describe('The configuration reference', () => {
  it('is what the code says; make it anew with: node scripts/configuration-reference.mjs', () => {
    expect(readFileSync('docs/configuration.md', 'utf8')).toBe(reference());
  });
});
