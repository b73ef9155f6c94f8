import { ScimError } from '../../schema/scim-error.js';
import {
  attributeNames,
  pageRequest,
  queryParameters,
  searchParameters,
  sortOrder,
} from './list-parameters.js';

const LIMITS = { defaultPageSize: 100, maxPageSize: 200 };

describe('list parameters', () => {
  it('reads plus signs and percent-encoding', () => {
    expect(queryParameters('/Users?filter=userName+eq+%22a%2Bb%40x%22&count=5')).toEqual({
      filter: 'userName eq "a+b@x"',
      count: '5',
    });
  });

  it('takes names without case and ignores unknown ones', () => {
    expect(queryParameters('/Users?aadOptscim062020&STARTINDEX=3&excludedattributes=members&x=%zz')).toEqual({
      startIndex: '3',
      excludedAttributes: 'members',
    });
  });

  it('joins repeated attribute lists and refuses other repetitions', () => {
    expect(queryParameters('/Users?attributes=a&attributes=b')).toEqual({ attributes: 'a,b' });
    expect(() => queryParameters('/Users?filter=a&filter=b')).toThrow(ScimError);
  });

  it.each(['%zz', '%ff', '%00'])('refuses a filter with %s', (text) => {
    expect(() => queryParameters(`/Users?filter=${text}`)).toThrow(ScimError);
  });

  it('reads a SearchRequest', () => {
    expect(
      searchParameters({
        schemas: ['x'],
        attributes: ['a', 'b'],
        Filter: 'a pr',
        count: 3,
        startIndex: null,
      }),
    ).toEqual({
      attributes: 'a,b',
      filter: 'a pr',
      count: '3',
    });
    expect(() => searchParameters({ filter: 3 })).toThrow('"filter" has the wrong type.');
  });

  it.each([
    [{}, { startIndex: 1, count: 100 }],
    [{ startIndex: '0' }, { startIndex: 1, count: 100 }],
    [
      { startIndex: '-4', count: '-1' },
      { startIndex: 1, count: 0 },
    ],
    [{ count: '0' }, { startIndex: 1, count: 0 }],
    [{ count: '5000' }, { startIndex: 1, count: 200 }],
    [{ count: '99999999999999999999' }, { startIndex: 1, count: 200 }],
    [{ cursor: '' }, { cursor: '', count: 100 }],
  ])('a page of %j is %j', (asked, page) => {
    expect(pageRequest(asked, LIMITS)).toEqual(page);
  });

  it.each([
    [{ count: 'x' }],
    [{ startIndex: '1.5' }],
    [{ cursor: '', startIndex: '1' }],
    [{ cursor: '', count: '-1' }],
  ])('refuses a page of %j', (asked) => {
    expect(() => pageRequest(asked, LIMITS)).toThrow(ScimError);
  });

  it('sorts ascending unless told otherwise', () => {
    expect(sortOrder({})).toBe('ascending');
    expect(sortOrder({ sortOrder: 'Descending' })).toBe('descending');
    expect(() => sortOrder({ sortOrder: 'up' })).toThrow(ScimError);
  });

  it('splits attribute lists at commas outside brackets', () => {
    expect(attributeNames(' userName , emails[type eq "a,b"].value,,x ')).toEqual([
      'userName',
      'emails[type eq "a,b"].value',
      'x',
    ]);
  });
});
