import * as parseFilter from 'scim2-parse-filter';
import * as patching from 'scim-patch';
import { Refused, type Accounts, type Document } from './accounts.js';
import type { Call, Handler, Reply } from './scim-host.js';

export interface Abilities {
  patch?: boolean;
  filter?: boolean;
  etag?: boolean;
  /** Index paging in pages of this size. */
  page?: number;
}

const kinds: Record<string, string> = { Users: 'User', Groups: 'Group' };

/** An application that speaks SCIM through scim-patch and scim2-parse-filter, with as many abilities as are asked for. */
export function patchLibraryApplication(accounts: Accounts, abilities: Abilities = {}): Handler {
  const { patch = true, filter = true, etag = false } = abilities;
  return (call) => {
    const [endpoint = '', id] = call.segments;
    if (endpoint === 'ServiceProviderConfig') {
      const supported = (value: boolean) => ({ supported: value });
      return {
        status: 200,
        body: { patch: supported(patch), filter: supported(filter), etag: supported(etag) },
      };
    }
    const kind = kinds[endpoint];
    if (kind === undefined) throw new Refused(404, undefined, 'no such endpoint');
    return id === undefined
      ? collection(accounts, kind, call, { filter, page: abilities.page ?? 1000 })
      : one(accounts, kind, id, call, { patch, etag });
  };
}

function collection(
  accounts: Accounts,
  kind: string,
  { method, query, body }: Call,
  { filter, page }: { filter: boolean; page: number },
): Reply {
  if (method === 'POST') return { status: 201, body: accounts.save(kind, undefined, withoutSecrets(body)) };
  if (method !== 'GET') throw new Refused(405, undefined, `${method} is not possible here`);
  const text = query.get('filter');
  if (text !== null && !filter) throw new Refused(400, 'invalidFilter', 'filters are not supported');
  const all = [...accounts.of(kind).values()];
  const found = text === null ? all : all.filter(parseFilter.filter(parseFilter.parse(text)));
  const startIndex = Number(query.get('startIndex') ?? 1);
  const count = Math.min(page, Number(query.get('count') ?? page));
  const Resources = found.slice(startIndex - 1, startIndex - 1 + count);
  return {
    status: 200,
    body: { totalResults: found.length, startIndex, itemsPerPage: Resources.length, Resources },
  };
}

function one(
  accounts: Accounts,
  kind: string,
  id: string,
  { method, body, headers }: Call,
  { patch, etag }: { patch: boolean; etag: boolean },
): Reply {
  const found = accounts.of(kind).get(id);
  if (!found) throw new Refused(404, undefined, `Resource ${id} not found`);
  const tag: Record<string, string> = etag ? { etag: tagOf(found) } : {};
  if (method === 'GET') return { status: 200, body: found, headers: tag };
  if (method === 'DELETE') {
    accounts.remove(kind, id);
    return { status: 204 };
  }
  if (method === 'PUT') {
    if (etag && headers['if-match'] !== tagOf(found))
      throw new Refused(412, undefined, 'somebody else was faster');
    return { status: 200, body: accounts.save(kind, id, withoutSecrets(body)) };
  }
  if (!patch) throw new Refused(501, undefined, `${method} is not possible here`);
  return { status: 200, body: accounts.save(kind, id, patched(found, body)) };
}

function patched(found: Document, body: Document | undefined): Document {
  try {
    patching.patchBodyValidation(body as never);
    return patching.scimPatch(
      structuredClone(found) as never,
      body?.Operations as never,
      {},
    ) as unknown as Document;
  } catch (error) {
    const { status, scimCode, message } = error as { status?: number; scimCode?: string; message: string };
    throw new Refused(Number(status ?? 400), scimCode ?? 'invalidValue', message);
  }
}

function withoutSecrets(body: Document | undefined): Document {
  const { password: _password, ...kept } = body ?? {};
  return kept;
}

/** A version that changes with the content. */
function tagOf(document: Document): string {
  return `W/"${Buffer.from(JSON.stringify(document)).toString('base64url').length}-${JSON.stringify(document).length}"`;
}
