import fc from 'fast-check';
import { MAPPING_PROPERTIES } from '../fuzz/mapping-properties.js';

describe('for every expression and every resource', () => {
  for (const [name, property] of Object.entries(MAPPING_PROPERTIES)) {
    it(name, () => {
      fc.assert(property, { numRuns: 150 });
    });
  }
});
