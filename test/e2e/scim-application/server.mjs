/**
 * A SCIM application that is not ours: SCIMMY behind its own Express routers, over two maps.
 * Prints its port; `TOKEN` names the bearer token.
 */
import { randomUUID } from 'node:crypto';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';

const token = process.env.TOKEN;
const uniqueName = { User: 'userName', Group: 'displayName' };

function serve(kind) {
  const resources = new Map();
  const name = uniqueName[kind];

  const save = ({ id = randomUUID() }, data) => {
    if (!resources.has(id) && [...resources.values()].some((other) => other[name] === data[name]))
      throw new SCIMMY.Types.Error(409, 'uniqueness', `${name} ${data[name]} is taken`);
    const saved = { ...JSON.parse(JSON.stringify(data)), id };
    resources.set(id, saved);
    return saved;
  };

  const find = ({ id, filter }) => {
    if (id === undefined) return filter ? filter.match([...resources.values()]) : [...resources.values()];
    const found = resources.get(id);
    if (!found) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
    return found;
  };

  SCIMMY.Resources.declare(SCIMMY.Resources[kind])
    .ingress(save)
    .egress(find)
    .degress(({ id }) => void resources.delete(id));
}

SCIMMY.Config.set({ patch: true, filter: true, etag: false, bulk: false, sort: false, changePassword: true });
SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false);
serve('User');
serve('Group');

const application = express();
application.use(
  '/scim',
  new SCIMMYRouters({
    type: 'bearer',
    handler: (request) => {
      if (request.header('authorization') !== `Bearer ${token}`) throw new Error('no such token');
      return 'landfall';
    },
  }),
);
const server = application.listen(0, '127.0.0.1', () => console.log(server.address().port));
