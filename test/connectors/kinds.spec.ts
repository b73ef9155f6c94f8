import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { ConnectorRegistry } from '../../src/connectors/registry.js';
import { compileObjectMapping } from '../../src/mapping/index.js';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';

const registry = new ConnectorRegistry();
const schemas = SchemaRegistry.builtIn();

describe.each(registry.kinds.map((kind) => [kind.kind, kind] as const))('the kind %s', (_name, kind) => {
  it.each(Object.keys(kind.defaultMapping))('has a default mapping for %s that compiles', (type) => {
    const { schema, extensions } = schemas.resourceType(type)!;
    const options = { schemas: [schema, ...extensions.map((extension) => extension.schema)] };
    const { problems } = compileObjectMapping(kind.defaultMapping[type]!, type, {
      ...options,
      defaultDomain: 'example.test',
    });
    expect(problems).toEqual([]);
  });
});

describe('settings', () => {
  const problemsOf = (kind: string, settings: object) => {
    const instance = plainToInstance(registry.get(kind).Settings, settings);
    const names = (errors: ReturnType<typeof validateSync>): string[] =>
      errors.flatMap(({ property, constraints, children }) => [
        ...(constraints ? [property] : []),
        ...names(children ?? []),
      ]);
    return names(validateSync(instance, { whitelist: true, forbidNonWhitelisted: true }));
  };

  it.each([
    ['scim', { baseUrl: 'https://app.example/scim/v2', bearer: 't' }],
    [
      'scim',
      {
        baseUrl: 'http://127.0.0.1:8080/scim',
        oauth: { tokenUrl: 'https://a.example/token', clientId: 'a', clientSecret: 'b' },
      },
    ],
    ['scim', { baseUrl: 'http://[::1]:8080/scim', bearer: 't' }],
    ['scim', { baseUrl: 'http://app.localhost/scim', bearer: 't' }],
    ['scim', { baseUrl: 'http://app.mesh.internal/scim', bearer: 't', plainHttp: true }],
    [
      'scim',
      {
        baseUrl: 'http://app.mesh.internal/scim',
        oauth: { tokenUrl: 'http://idp.mesh.internal/token', clientId: 'a', clientSecret: 'b' },
        plainHttp: true,
      },
    ],
    ['ldif', { folder: '/tmp/x', users: { container: 'OU=U,DC=x' }, groups: { container: 'OU=G,DC=x' } }],
    ['sql', { engine: 'sqlite', file: '/tmp/x.sqlite', users: { table: 'users' } }],
    [
      'sql',
      {
        engine: 'postgresql',
        url: 'postgres://x',
        users: { table: 'app.users', enabled: 'active' },
        memberships: { table: 'm' },
      },
    ],
    ['memory', {}],
  ])('of %s are taken: %j', (kind, settings) => expect(problemsOf(kind, settings)).toEqual([]));

  it.each([
    ['scim', { baseUrl: 'https://app.example' }, ['bearer']],
    ['scim', { baseUrl: 'ftp://x', bearer: 't' }, ['baseUrl']],
    ['scim', { baseUrl: 'http://app.example/scim', bearer: 't' }, ['baseUrl']],
    ['scim', { baseUrl: 'http://127.0.0.1.example/scim', bearer: 't' }, ['baseUrl']],
    [
      'scim',
      {
        baseUrl: 'https://app.example/scim',
        oauth: { tokenUrl: 'http://idp.example/token', clientId: 'a', clientSecret: 'b' },
      },
      ['oauth'],
    ],
    [
      'scim',
      { baseUrl: 'https://a.example', oauth: { tokenUrl: 'x', clientId: 'a' } },
      ['tokenUrl', 'clientSecret'],
    ],
    ['sql', { engine: 'sqlite', users: { table: 'users; DROP TABLE users' } }, ['file', 'table']],
    ['sql', { engine: 'oracle', users: { table: 'users' } }, ['engine']],
    [
      'ldif',
      { folder: '/x', users: {}, groups: { container: 'x' }, passwords: 'yes' },
      ['container', 'passwords'],
    ],
    ['memory', { uniqe: [] }, ['uniqe']],
  ])('of %s are refused: %j', (kind, settings, expected) => {
    expect(problemsOf(kind, settings).sort()).toEqual([...expected].sort());
  });
});
