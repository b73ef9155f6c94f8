import { resolvePath } from './attribute-path.js';
import { SchemaProblems } from './document-problems.js';
import { publishSchema } from './publish-schema.js';
import { SchemaRegistry } from './schema-registry.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const registry = SchemaRegistry.builtIn();
const user = registry.resourceType('User')!;

const problemsOf = (...contents: unknown[]): string[] => {
  try {
    SchemaRegistry.from(contents.map((content, index) => ({ file: `${index}.json`, content })));
  } catch (error) {
    if (error instanceof SchemaProblems)
      return error.problems.map(({ file, path, problem }) => `${file} ${path}: ${problem}`);
    throw error;
  }
  return [];
};

describe('the built-in schemas', () => {
  it('are found by name, endpoint and URN in any case', () => {
    expect(registry.resourceType('user')).toBe(user);
    expect(registry.byEndpoint('users')).toBe(user);
    expect(registry.schema(ENTERPRISE.toUpperCase())?.name).toBe('EnterpriseUser');
  });

  it('follow the verified errata of RFC 7643', () => {
    const group = registry.resourceType('Group')!;
    expect(group.attribute('displayName')?.required).toBe(true);
    expect(resolvePath(user, 'groups.$ref')?.subAttribute?.referenceTypes).toEqual(['Group']);
    expect(resolvePath(user, 'manager.value')?.subAttribute?.caseExact).toBe(true);
    for (const schema of registry.schemas)
      for (const attribute of publishSchema(schema)['attributes'] as Record<string, unknown>[])
        if (attribute['type'] === 'complex') expect(attribute).not.toHaveProperty('uniqueness');
  });

  it('publish no null and the canonical values of every type', () => {
    const published = JSON.stringify(registry.schemas.map(publishSchema));
    expect(published).not.toContain('null');
    expect(published).toContain('"canonicalValues":["work","home","mobile","fax","pager","other"]');
  });
});

describe('resolvePath', () => {
  it.each([
    ['userName', undefined, 'userName', undefined],
    ['NAME.givenname', undefined, 'name', 'givenName'],
    ['emails.value', undefined, 'emails', 'value'],
    ['id', undefined, 'id', undefined],
    ['meta.lastModified', undefined, 'meta', 'lastModified'],
    ['manager', ENTERPRISE, 'manager', undefined],
    ['manager.value', ENTERPRISE, 'manager', 'value'],
    [`${ENTERPRISE}:manager.value`, ENTERPRISE, 'manager', 'value'],
    [`${ENTERPRISE}.manager`, ENTERPRISE, 'manager', undefined],
    [`${ENTERPRISE}.manager.value`, ENTERPRISE, 'manager', 'value'],
    [`${ENTERPRISE.toUpperCase()}:EMPLOYEENUMBER`, ENTERPRISE, 'employeeNumber', undefined],
    ['urn:ietf:params:scim:schemas:core:2.0:User:name.familyName', undefined, 'name', 'familyName'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:externalId', undefined, 'externalId', undefined],
  ])('finds %s', (path, extension, attribute, subAttribute) => {
    const found = resolvePath(user, path);
    expect([found?.extension, found?.attribute.name, found?.subAttribute?.name]).toEqual([
      extension,
      attribute,
      subAttribute,
    ]);
  });

  it.each([
    'nope',
    'name.nope',
    'userName.value',
    'name.givenName.x',
    'name.',
    '',
    `${ENTERPRISE}:nope`,
    ENTERPRISE,
    'urn:example:User:userName',
    'urn:ietf:params:scim:schemas:core:2.0:User:manager',
    '__proto__',
    'constructor',
    'toString',
  ])('finds nothing for "%s"', (path) => {
    expect(resolvePath(user, path)).toBeUndefined();
  });

  it('takes a short name that two extensions have for neither', () => {
    const twice = SchemaRegistry.from([
      {
        file: 'hr.json',
        content: { id: 'urn:example:hr', name: 'Hr', extends: 'User', attributes: [{ name: 'Department' }] },
      },
    ]).resourceType('User')!;
    expect(resolvePath(twice, 'department')).toBeUndefined();
    expect(resolvePath(twice, 'urn:example:hr:department')?.attribute.name).toBe('Department');
  });
});

describe('configured schemas', () => {
  it('fill in the defaults of RFC 7643 §2.2', () => {
    const configured = SchemaRegistry.from([
      {
        file: 'badge.json',
        content: {
          id: 'urn:example:badge',
          name: 'Badge',
          extends: 'user',
          required: true,
          attributes: [{ name: 'number' }],
        },
      },
    ]);
    expect(configured.resourceType('User')!.extensionAttribute('urn:example:badge', 'NUMBER')).toEqual({
      name: 'number',
      type: 'string',
      multiValued: false,
      description: '',
      required: false,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'none',
    });
    expect(configured.resourceType('User')!.document().schemaExtensions).toContainEqual({
      schema: 'urn:example:badge',
      required: true,
    });
  });

  it('are named as an extension once', () => {
    const files = [
      {
        file: 'badge.json',
        content: {
          id: 'urn:example:badge',
          name: 'Badge',
          extends: 'Device',
          attributes: [{ name: 'number' }],
        },
      },
      {
        file: 'device.json',
        content: { id: 'urn:example:device', name: 'Device', attributes: [{ name: 'serial' }] },
      },
      {
        file: 'devices.json',
        content: {
          name: 'Device',
          endpoint: '/Devices',
          schema: 'urn:example:device',
          schemaExtensions: [{ schema: 'urn:example:badge', required: true }],
        },
      },
    ];
    expect(() => SchemaRegistry.from(files)).toThrow(
      'badge.json: extends: "Device" names the schema in its schemaExtensions: leave "extends" out',
    );
  });

  it('make a whole resource type with a §6 document', () => {
    const configured = SchemaRegistry.from([
      {
        file: 'device-type.json',
        content: {
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
          name: 'Device',
          endpoint: '/Devices',
          schema: 'urn:example:device',
          schemaExtensions: [{ schema: 'urn:example:device:owner', required: true }],
        },
      },
      { file: 'device.json', content: { id: 'urn:example:device', attributes: [{ name: 'serial' }] } },
      { file: 'owner.json', content: { id: 'urn:example:device:owner', attributes: [{ name: 'owner' }] } },
    ]);
    const device = configured.byEndpoint('/devices')!;
    expect(device.attribute('SERIAL')?.name).toBe('serial');
    expect(device.extensions.map(({ schema, required }) => [schema.id, required])).toEqual([
      ['urn:example:device:owner', true],
    ]);
  });

  it('report every problem of every document at once', () => {
    expect(
      problemsOf(
        {
          id: 'no uri',
          extends: 'Robot',
          atributes: [],
          attributes: [
            { name: 'a b', type: 'text' },
            { name: 'x', type: 'complex' },
            { name: 'X', multivalued: true },
            { name: 'y', type: 'complex', subAttributes: [{ name: 'z', type: 'complex' }] },
            { name: 'constructor' },
            { name: 'kind', enforceCanonicalValues: true },
            { name: 'pin', mutability: 'writeOnly', uniqueness: 'server' },
          ],
        },
        { name: 'Thing', endpoint: '/Users', schema: 'urn:example:nothing' },
        'text',
      ),
    ).toEqual([
      expect.stringContaining('0.json atributes: is no key here'),
      '0.json id: "no uri" is no URI',
      '0.json attributes[0].type: must be one of string, boolean, decimal, integer, dateTime, binary, reference, complex',
      '0.json attributes[0].name: "a b" is no attribute name (letters, digits, - and _; a letter first)',
      '0.json attributes[1].subAttributes: a complex attribute has at least one sub-attribute',
      '0.json attributes[2].multivalued: is written "multiValued"',
      '0.json attributes[2]: the name "X" is taken by another attribute',
      '0.json attributes[3].subAttributes[0].type: a sub-attribute cannot be complex',
      '0.json attributes[4].name: "constructor" is no attribute name (letters, digits, - and _; a letter first)',
      '0.json attributes[5].enforceCanonicalValues: needs canonicalValues',
      '0.json attributes[6].uniqueness: must be "none" where returned is "never": a refusal would tell who has the value',
      '1.json endpoint: "/Users" is taken',
      '2.json document: must be an object',
      '1.json schema: no schema has the id "urn:example:nothing"',
      '0.json extends: no resource type has the name "Robot"',
    ]);
  });

  it('are refused when nothing uses them or an id is taken', () => {
    expect(problemsOf({ id: ENTERPRISE, extends: 'User', attributes: [{ name: 'a' }] })).toEqual([
      `0.json id: "${ENTERPRISE}" is taken by another schema`,
    ]);
    expect(problemsOf({ id: 'urn:example:lone', attributes: [{ name: 'a' }] })).toEqual([
      expect.stringContaining('no resource type uses the schema'),
    ]);
  });
});
