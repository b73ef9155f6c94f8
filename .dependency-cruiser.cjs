/** The import table of docs/architecture.md §3. Data flows scim → identity → delivery → connectors; imports do not follow it. */
const rule = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: `^src/${from}`, pathNot: '\\.spec\\.ts$' },
  to: { path: '^src/', pathNot: allowed.map((folder) => `^src/${folder}`) },
});
const pure = (name, from) => ({
  name,
  severity: 'error',
  from: { path: `^src/${from}`, pathNot: '\\.spec\\.ts$' },
  to: { path: 'node_modules/(@nestjs|typeorm|ldapts|pg|better-sqlite3)' },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    rule('schema', 'schema/', ['schema/']),
    rule('scim-filter', 'scim/filter/', ['scim/filter/', 'schema/']),
    rule('scim-patch', 'scim/patch/', ['scim/patch/', 'scim/filter/', 'schema/', 'identity/model']),
    rule('scim', 'scim/', ['scim/', 'identity/', 'schema/']),
    rule('employment', 'employment/', ['employment/', 'schema/']),
    rule('identity', 'identity/', ['identity/', 'employment/', 'schema/']),
    rule('mapping', 'mapping/', ['mapping/', 'schema/', 'scim/filter/', 'connectors/[^/]+\\.ts$']),
    rule('connector-contract', 'connectors/[^/]+\\.ts$', [
      'connectors/[^/]+\\.ts$',
      'connectors/[^/]+/index',
      'schema/',
      'mapping/types',
    ]),
    ...['active-directory', 'scim', 'ldif', 'sql', 'memory'].map((kind) =>
      rule(`connector-${kind}`, `connectors/${kind}/`, [
        `connectors/${kind}/`,
        'connectors/[^/]+\\.ts$',
        'schema/',
        'mapping/types',
      ]),
    ),
    rule('delivery', 'delivery/', [
      'delivery/',
      'employment/',
      'identity/',
      'mapping/',
      'connectors/[^/]+\\.ts$',
      'schema/',
    ]),
    rule('provisioning-log', 'provisioning-log/', ['provisioning-log/', 'identity/', 'delivery/', 'schema/']),
    rule('sources', 'sources/', [
      'sources/',
      'identity/',
      'delivery/',
      'schema/',
      'scim/filter/',
      'mapping/',
    ]),
    rule('operations', 'operations/', [
      'operations/',
      'identity/',
      'delivery/',
      'schema/',
      'provisioning-log/',
      'auth/',
      'mapping/',
      'connectors/[^/]+\\.ts$',
    ]),
    rule('auth', 'auth/', ['auth/', 'config/']),
    rule('config', 'config/', ['config/', 'connectors/[^/]+\\.ts$', 'employment/', 'mapping/', 'schema/']),
    rule('store', 'store/', ['store/', 'identity/', 'delivery/', 'provisioning-log/', 'schema/', 'config/']),
    pure('schema-is-pure', 'schema/'),
    pure('filter-is-pure', 'scim/filter/'),
    pure('patch-is-pure', 'scim/patch/'),
    pure('mapping-is-pure', 'mapping/'),
    pure('employment-is-pure', 'employment/'),
    {
      name: 'typeorm-only-in-store',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(store|app\\.module|main)' },
      to: { path: 'node_modules/(typeorm|@nestjs/typeorm)' },
    },
    {
      name: 'ldapts-only-in-active-directory',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/connectors/active-directory/' },
      to: { path: 'node_modules/ldapts' },
    },
    {
      name: 'no-drawers',
      severity: 'error',
      from: {},
      to: { path: '/(utils?|helpers?|common|shared|core|base)/', pathNot: 'node_modules' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
