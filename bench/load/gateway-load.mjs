import { measure } from './measure.mjs';

const core = 'urn:ietf:params:scim:schemas:core:2.0';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const patch = (Operations) => ({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations });

const user = (name) => ({
  schemas: [`${core}:User`, enterprise],
  userName: `${name}@contoso.example`,
  externalId: name,
  active: true,
  displayName: `Load ${name}`,
  name: { givenName: 'Load', familyName: name },
  title: 'Harbour pilot',
  emails: [{ type: 'work', primary: true, value: `${name}@contoso.example` }],
  phoneNumbers: [{ type: 'work', value: '+47 555 0100' }],
  addresses: [
    { type: 'work', streetAddress: 'Quay 1', locality: 'Bergen', postalCode: '5003', country: 'NO' },
  ],
  [enterprise]: { employeeNumber: name, department: 'Harbour' },
});

/** What Entra does, through the gateway: create, look up, change and add to a group, each user once. */
export async function loadGateway(scim, prefix, clients, count) {
  const names = Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  const ids = new Map();
  const create = await measure(names, clients, async (name) => {
    ids.set(name, (await scim.call('POST', '/Users', user(name))).id);
  });
  const made = names.filter((name) => ids.has(name));
  const filter = await measure([...made, ...made, ...made], clients, async (name) => {
    const query = encodeURIComponent(`userName eq "${name}@contoso.example"`);
    const found = await scim.call('GET', `/Users?filter=${query}`);
    if (found.totalResults !== 1) throw new Error(`${name} was found ${found.totalResults} times`);
  });
  const change = await measure(made, clients, (name) =>
    scim.call(
      'PATCH',
      `/Users/${ids.get(name)}`,
      patch([{ op: 'Replace', path: 'title', value: 'Lighthouse keeper' }]),
    ),
  );
  const group = await scim.call('POST', '/Groups', {
    schemas: [`${core}:Group`],
    displayName: `${prefix}group`,
  });
  const addMember = await measure(made, clients, (name) =>
    scim.call(
      'PATCH',
      `/Groups/${group.id}`,
      patch([{ op: 'Add', path: 'members', value: [{ value: ids.get(name) }] }]),
    ),
  );
  return { create, filter, change, addMember };
}
