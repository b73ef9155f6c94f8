import { formatEntityTag, matches, preconditionsOf } from './entity-tag.js';

describe('entity tags', () => {
  it.each([
    ['W/"1-7"', ['1-7']],
    ['"1-7"', ['1-7']],
    ['W/"1-7", "1-8" ,W/"1-9"', ['1-7', '1-8', '1-9']],
    ['1-7', ['1-7']],
    ['*', 'any'],
    ['W/"unfinished', []],
    ['', []],
  ])('If-Match: %s names %j', (header, expected) => {
    expect(preconditionsOf(header, undefined)).toEqual({ ifMatch: expected });
  });

  it('ignores an If-None-Match that cannot be read', () => {
    expect(preconditionsOf(undefined, 'W/"x')).toEqual({});
  });

  it('compares weakly', () => {
    expect(matches('1-7', preconditionsOf(undefined, formatEntityTag('1-7')).ifNoneMatch!)).toBe(true);
    expect(matches('1-8', ['1-7'])).toBe(false);
    expect(matches('1-8', 'any')).toBe(true);
  });
});
