import { Refused, type Accounts } from './accounts.js';
import type { Call, Handler, Reply } from './scim-host.js';
import { patchLibraryApplication } from './patch-library-application.js';

const pageSize = 3;
const clause = /^\s*[\w.:]+\s+(eq|ew)\s+("[^"]*"|true|false)\s*$/;

/**
 * Exactly what is documented of Entra's SCIM API, and a refusal for everything else:
 * GET, POST, PATCH and DELETE of users and groups, pages by cursor, `eq` and `ew` joined by `and`.
 */
export function entraApplication(accounts: Accounts): Handler {
  const inner = patchLibraryApplication(accounts);
  return (call) => {
    const { method, segments, query } = call;
    if (!['Users', 'Groups'].includes(segments[0] ?? ''))
      throw new Refused(404, undefined, 'no such endpoint');
    if (!['GET', 'POST', 'PATCH', 'DELETE'].includes(method))
      throw new Refused(405, undefined, `${method} is not supported`);
    if (query.has('startIndex') || query.has('sortBy'))
      throw new Refused(400, 'invalidValue', 'pages by cursor only');
    checkFilter(query.get('filter'));
    return query.has('cursor') && segments.length === 1 ? page(accounts, call) : inner(call);
  };
}

function checkFilter(filter: string | null): void {
  if (filter === null || filter.split(/ and /).every((one) => clause.test(one))) return;
  throw new Refused(400, 'invalidFilter', 'eq and ew, joined by and');
}

function page(accounts: Accounts, { segments, query }: Call): Reply {
  const all = [...accounts.of(segments[0] === 'Groups' ? 'Group' : 'User').values()];
  const from = Number(query.get('cursor') === '' ? 0 : query.get('cursor'));
  const Resources = all.slice(from, from + Math.min(pageSize, Number(query.get('count') ?? pageSize)));
  const next = from + Resources.length;
  return { status: 200, body: { Resources, ...(next < all.length ? { nextCursor: String(next) } : {}) } };
}
