/**
 * A small application with an API such as many have, to try the connector against until yours is connected:
 * `node sample-stand-in.mjs 8090`, with the token in SAMPLE_TOKEN. It forgets everything when it ends.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const pageSize = 100;

class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** `trouble` makes it fail: a status, or `lostAnswer`, which carries a call out and does not answer. */
export async function startStandIn({ token, port = 0 }) {
  const accounts = { users: new Map(), groups: new Map() };
  const standIn = { accounts, trouble: undefined, url: '', close: undefined };
  const server = createServer((request, response) => {
    answer(standIn, token, request)
      .then(([status, body]) => reply(standIn, request, response, status, body))
      .catch(({ status = 500, message }) =>
        reply(standIn, request, response, status, { message: String(message) }),
      );
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  standIn.url = `http://127.0.0.1:${server.address().port}`;
  standIn.close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return standIn;
}

function reply(standIn, request, response, status, body) {
  if (standIn.trouble === 'lostAnswer' && request.method !== 'GET') return void request.socket.destroy();
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? undefined : JSON.stringify(body, null, 2));
}

async function answer({ accounts, trouble }, token, request) {
  if (typeof trouble === 'number') throw new Refused(trouble, 'in trouble');
  if (request.headers.authorization !== `Bearer ${token}`) throw new Refused(401, 'who are you?');
  const { pathname, searchParams } = new URL(request.url, 'http://stand-in');
  const [, list, id] = pathname.split('/').map(decodeURIComponent);
  const held = accounts[list];
  if (!held) throw new Refused(404, 'no such list');
  if (request.method === 'POST') return [201, create(held, await bodyOf(request))];
  if (id === undefined) return [200, search(held, searchParams)];
  const account = held.get(id);
  if (!account) throw new Refused(404, 'no such account');
  if (request.method === 'DELETE') return [204, remove(accounts, held, id)];
  if (request.method === 'PATCH') return [200, change(held, account, await bodyOf(request))];
  return [200, account];
}

async function bodyOf(request) {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return JSON.parse(text);
}

function create(held, given) {
  const account = { ...given, id: randomUUID() };
  refuseTakenName(held, account);
  held.set(account.id, account);
  return account;
}

function change(held, account, { enabled, attributes = {}, addMembers = [], removeMembers = [] }) {
  const merged = Object.entries({ ...account.attributes, ...attributes });
  const members = account.members.filter((one) => !removeMembers.includes(one));
  const changed = {
    ...account,
    enabled: enabled ?? account.enabled,
    attributes: Object.fromEntries(merged.filter(([, value]) => value !== null)),
    members: [...new Set([...members, ...addMembers])],
  };
  refuseTakenName(held, changed);
  held.set(account.id, changed);
  return changed;
}

function remove({ groups }, held, id) {
  held.delete(id);
  for (const group of groups.values()) group.members = group.members.filter((one) => one !== id);
}

function search(held, query) {
  const after = query.get('after');
  const limit = Number(query.get('limit') ?? pageSize);
  const wanted = [...query].filter(([field]) => !['after', 'limit'].includes(field));
  const found = [...held.values()].filter((account) =>
    wanted.every(
      ([field, value]) => (field === 'stamp' ? account.stamp : account.attributes[field]) === value,
    ),
  );
  const from = after === null ? 0 : found.findIndex(({ id }) => id === after) + 1;
  const items = found.slice(from, from + limit);
  return from + limit < found.length ? { items, next: items.at(-1).id } : { items };
}

function refuseTakenName(held, { id, attributes }) {
  const folded = attributes.name?.toLowerCase();
  for (const other of held.values())
    if (other.id !== id && other.attributes.name?.toLowerCase() === folded)
      throw new Refused(409, `the name "${attributes.name}" belongs to ${other.id}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const token = process.env.SAMPLE_TOKEN;
  if (!token) throw new Error('SAMPLE_TOKEN is not set');
  const { url } = await startStandIn({ token, port: Number(process.argv[2] ?? 8090) });
  console.log(`the stand-in of sample listens on ${url}`);
}
