import SCIMMY from 'scimmy';
import { Accounts, Refused, type Document } from './accounts.js';
import type { Call, Handler, Reply } from './scim-host.js';

type ResourceClass = typeof SCIMMY.Resources.User;

/** An application that speaks SCIM through SCIMMY: its parser, schemas, filters and PATCH, over a map. */
export function scimmyApplication(accounts: Accounts): Handler {
  const types = { User: SCIMMY.Resources.User, Group: SCIMMY.Resources.Group } as unknown as Record<
    string,
    ResourceClass
  >;
  SCIMMY.Config.set({
    patch: true,
    filter: true,
    etag: false,
    bulk: false,
    sort: false,
    changePassword: true,
  });
  types.User!.extend(SCIMMY.Schemas.EnterpriseUser as never, false);
  for (const [kind, type] of Object.entries(types)) {
    type.basepath('/scim');
    SCIMMY.Resources.declare(type)
      .ingress(asScimmy((resource, data) => accounts.save(kind, resource.id, plain(data))) as never)
      .egress(asScimmy((resource) => find(accounts, kind, resource)) as never)
      .degress(asScimmy((resource) => accounts.remove(kind, resource.id!)) as never);
  }
  return (call) => serve(types, call);
}

interface Asked {
  id?: string;
  filter?: { match(list: unknown[]): unknown[] };
}

function asScimmy<T>(work: (resource: Asked, data: unknown) => T): (resource: Asked, data: unknown) => T {
  return (resource, data) => {
    try {
      return work(resource, data);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      throw new SCIMMY.Types.Error(error.status, error.scimType as never, error.message);
    }
  };
}

function find(accounts: Accounts, kind: string, { id, filter }: Asked): unknown {
  if (id !== undefined) {
    const found = accounts.of(kind).get(id);
    if (!found) throw new Refused(404, undefined, `Resource ${id} not found`);
    return found;
  }
  const all = [...accounts.of(kind).values()];
  return filter ? filter.match(all) : all;
}

function plain(value: unknown): Document {
  return JSON.parse(JSON.stringify(value)) as Document;
}

async function serve(
  types: Record<string, ResourceClass>,
  { method, segments, query, body }: Call,
): Promise<Reply> {
  const [endpoint, id] = segments;
  if (endpoint === 'ServiceProviderConfig')
    return { status: 200, body: await new SCIMMY.Resources.ServiceProviderConfig().read() };
  if (endpoint === 'ResourceTypes')
    return { status: 200, body: await new SCIMMY.Resources.ResourceType().read() };
  const Type = Object.values(types).find(({ endpoint: own }) => own === `/${endpoint}`);
  if (!Type) throw new Refused(404, undefined, 'no such endpoint');
  try {
    const parameters = parametersOf(query) as never;
    return await operation(id === undefined ? new Type(parameters) : new Type(id, parameters), method, body);
  } catch (error) {
    const { status, scimType, message } = error as { status?: number; scimType?: string; message: string };
    throw new Refused(Number(status ?? 500), scimType, message);
  }
}

async function operation(
  resource: InstanceType<ResourceClass>,
  method: string,
  body: Document | undefined,
): Promise<Reply> {
  if (method === 'GET') return { status: 200, body: await resource.read() };
  if (method === 'POST') return { status: 201, body: await resource.write(body as never) };
  if (method === 'PUT') return { status: 200, body: await resource.write(body as never) };
  if (method === 'DELETE') {
    await resource.dispose();
    return { status: 204 };
  }
  const patched = await resource.patch(body as never);
  return patched === undefined ? { status: 204 } : { status: 200, body: patched };
}

/** SCIMMY wants numbers where its HTTP host read numbers. */
function parametersOf(query: URLSearchParams): Document {
  const numbers = ['startIndex', 'count'];
  return Object.fromEntries(
    [...query].map(([name, value]) => [name, numbers.includes(name) ? Number(value) : value]),
  );
}
