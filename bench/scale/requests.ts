import { employeeNumberOf, ENTERPRISE, externalIdOf, mailOf, userNameOf, type Population } from './seed.js';

export interface Request {
  method: 'GET' | 'PATCH';
  path: string;
  body?: unknown;
}

/** A kind of request, made anew for each call; `turn` counts the calls of a kind over all rounds. */
export interface Kind {
  name: string;
  /** Share of `--requests`: pages cost more than look-ups. */
  share: number;
  request(population: Population, turn: number, answer: Record<string, unknown> | undefined): Request;
}

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const anyUser = ({ users }: Population) => Math.floor(Math.random() * users);
const get = (path: string): Request => ({ method: 'GET', path });
const filter = (text: string): Request => get(`/Users?filter=${encodeURIComponent(text)}`);
const patch = (path: string, operation: Record<string, unknown>): Request => ({
  method: 'PATCH',
  path,
  body: { schemas: [PATCH_OP], Operations: [operation] },
});

export const kinds: Kind[] = [
  { name: '/Users?count=100', share: 0.25, request: () => get('/Users?count=100') },
  {
    name: '/Users?count=100&startIndex=…',
    share: 0.25,
    request: (at) => get(`/Users?count=100&startIndex=${1 + Math.floor(Math.random() * (at.users - 100))}`),
  },
  {
    name: '/Users?count=100&cursor=…',
    share: 0.25,
    request: (_, __, answer) => get(`/Users?count=100&cursor=${String(answer?.['nextCursor'] ?? '')}`),
  },
  { name: 'userName eq', share: 1, request: (at) => filter(`userName eq "${userNameOf(anyUser(at))}"`) },
  {
    name: 'externalId eq',
    share: 1,
    request: (at) => filter(`externalId eq "${externalIdOf(anyUser(at))}"`),
  },
  {
    name: 'emails[type eq "work"].value eq',
    share: 1,
    request: (at) => filter(`emails[type eq "work"].value eq "${mailOf(anyUser(at))}"`),
  },
  {
    name: 'employeeNumber eq',
    share: 1,
    request: (at) => filter(`${ENTERPRISE}:employeeNumber eq "${employeeNumberOf(anyUser(at))}"`),
  },
  {
    name: 'userName eq or externalId eq',
    share: 1,
    request: (at) =>
      filter(`userName eq "${userNameOf(anyUser(at))}" or externalId eq "${externalIdOf(anyUser(at))}"`),
  },
  {
    name: 'meta.lastModified gt (nobody)',
    share: 1,
    request: () => filter('meta.lastModified gt "2999-01-01T00:00:00Z"'),
  },
  { name: 'GET by id', share: 1, request: (at) => get(`/Users/${at.ids[anyUser(at)]}`) },
  {
    name: 'PATCH title',
    share: 1,
    request: (at, turn) =>
      patch(`/Users/${at.ids[anyUser(at)]}`, { op: 'replace', path: 'title', value: `Title ${turn}` }),
  },
  {
    name: 'PATCH add member to the large group',
    share: 1,
    request: (at, turn) =>
      patch(`/Groups/${at.largeGroup}`, {
        op: 'add',
        path: 'members',
        value: [{ value: at.ids[at.members + (turn % (at.users - at.members))] }],
      }),
  },
  {
    name: 'large group without members',
    share: 1,
    request: (at) => get(`/Groups/${at.largeGroup}?excludedAttributes=members`),
  },
];
