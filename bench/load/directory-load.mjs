import { readFileSync } from 'node:fs';
import { Attribute, Change, Client } from 'ldapts';
import { measure } from './measure.mjs';

/** The controller has four LDAP workers; more connections only queue. */
const connections = 4;

const attribute = (type, values) => new Attribute({ type, values });
const change = (operation, type, values) => new Change({ operation, modification: attribute(type, values) });

const account = (name) => [
  attribute('objectClass', ['top', 'person', 'organizationalPerson', 'user']),
  ...Object.entries({
    sAMAccountName: name,
    userPrincipalName: `${name}@contoso.example`,
    displayName: `Load ${name}`,
    givenName: 'Load',
    sn: name,
    title: 'Harbour pilot',
    mail: `${name}@contoso.example`,
    telephoneNumber: '+47 555 0100',
    streetAddress: 'Quay 1',
    l: 'Bergen',
    postalCode: '5003',
    c: 'NO',
    employeeID: name,
    department: 'Harbour',
    'msDS-cloudExtensionAttribute1': `load:${name}`,
    userAccountControl: '512',
  }).map(([type, value]) => attribute(type, [value])),
  attribute('unicodePwd', [Buffer.from(`"Load-${name}-Pa55word"`, 'utf16le')]),
];

async function connect(directory) {
  const client = new Client({
    url: directory.ldapUrl,
    tlsOptions: { ca: readFileSync(directory.caFile) },
    timeout: 60_000,
  });
  await client.bind(directory.bindDn, directory.bindPassword);
  return client;
}

/** The same work straight on the same controller, with the same account: what LDAP alone gives. */
export async function loadDirectory(directory, prefix, clients, count) {
  const names = Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  const pool = await Promise.all(
    Array.from({ length: Math.min(clients, connections) }, () => connect(directory)),
  );
  const of = (number) => pool[number % pool.length];
  const dn = (name) => `CN=Load ${name},${directory.usersOu}`;
  const group = `CN=${prefix}group,${directory.groupsOu}`;
  try {
    const create = await measure(names, clients, (name, number) => of(number).add(dn(name), account(name)));
    const filter = await measure([...names, ...names, ...names], clients, async (name, number) => {
      const options = {
        scope: 'sub',
        filter: `(userPrincipalName=${name}@contoso.example)`,
        attributes: ['displayName'],
      };
      const { searchEntries } = await of(number).search(directory.usersOu, options);
      if (searchEntries.length !== 1) throw new Error(`${name} was found ${searchEntries.length} times`);
    });
    const modify = await measure(names, clients, (name, number) =>
      of(number).modify(dn(name), [change('replace', 'title', ['Lighthouse keeper'])]),
    );
    await pool[0].add(group, {
      objectClass: ['top', 'group'],
      sAMAccountName: `${prefix}group`,
      groupType: '-2147483646',
    });
    const addMember = await measure(names, clients, (name, number) =>
      of(number).modify(group, [change('add', 'member', [dn(name)])]),
    );
    return { create, filter, change: modify, addMember };
  } finally {
    await Promise.allSettled(pool.map((client) => client.unbind()));
  }
}
