/** Writes docs/configuration.md from the classes that configuration files are validated with, so that the reference is the code. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './root.mjs';

const sources = [
  ...readdirSync(join(root, 'src/config/files')).map((file) => `src/config/files/${file}`),
  'src/connectors/active-directory/settings.ts',
  'src/connectors/scim/settings.ts',
  'src/connectors/ldif/settings.ts',
  'src/connectors/sql/settings.ts',
  'src/sources/csv/settings.ts',
];

const sections = [
  ['server.yaml', 'ServerFile', {}],
  ['auth.yaml', 'AuthFile', { tokens: 'TokenEntry' }],
  ['store.yaml', 'StoreFile', {}],
  ['scim.yaml', 'ScimFile', {}],
  ['delivery.yaml', 'DeliveryFile', {}],
  ['events.yaml', 'EventsFile', {}],
  ['rule-groups.yaml', 'RuleGroupEntry', {}],
  ['authority.yaml', 'AuthorityEntry', {}],
  ['targets/*.yaml', 'TargetFile', {}],
  ['sources/*.yaml', 'SourceFile', {}],
  ['`settings` of kind active-directory', 'AdSettings', {}],
  ['`settings` of kind scim', 'ScimTargetSettings', {}],
  ['`settings` of kind ldif', 'LdifSettings', {}],
  ['`settings` of kind sql', 'SqlSettings', {}],
  ['`settings` of a source of kind csv', 'CsvSettings', {}],
];

function classesOf(file) {
  let text;
  try {
    text = readFileSync(join(root, file), 'utf8');
  } catch {
    return [];
  }
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  return source.statements.filter(ts.isClassDeclaration).map((node) => [node.name.text, { node, source }]);
}

const classes = new Map(sources.flatMap(classesOf));

const commentOf = (node) =>
  [
    ...ts.getJSDocCommentsAndTags(node).map((doc) => (typeof doc.comment === 'string' ? doc.comment : '')),
    settingNote(node),
  ]
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();

/** What `@Setting('…')` says. */
function settingNote(node) {
  const calls = (ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : []).map(
    ({ expression }) => expression,
  );
  const note = calls.find((call) => ts.isCallExpression(call) && call.expression.getText() === 'Setting');
  return note && ts.isStringLiteralLike(note.arguments[0]) ? note.arguments[0].text : '';
}

function baseOf({ node }) {
  const clause = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  return clause && classes.get(clause.types[0].expression.getText());
}

function propertiesOf(entry) {
  const base = baseOf(entry);
  const own = entry.node.members
    .filter(ts.isPropertyDeclaration)
    .map((member) => ({ member, source: entry.source }));
  return [...(base ? propertiesOf(base) : []), ...own];
}

/** The class of a nested block, as `@Type(() => X)` names it. */
function nestedOf(member) {
  for (const decorator of ts.getDecorators(member) ?? []) {
    const match = /^@Type\(\(\) => (\w+)\)$/.exec(decorator.getText());
    if (match) return classes.get(match[1]);
  }
  return undefined;
}

const cell = (text) => text.replaceAll('|', '\\|');

function rowsOf(entry, prefix) {
  return propertiesOf(entry).flatMap(({ member, source }) => {
    const name = member.name.getText(source);
    const nested = nestedOf(member);
    const many =
      /\[\]/.test(member.type?.getText(source) ?? '') ||
      /\[\]$/.test(member.initializer?.getText(source) ?? '');
    const key = `${prefix}${name}${nested && many ? '[]' : ''}`;
    const optional = (ts.getDecorators(member) ?? []).some((decorator) =>
      /^@(IsOptional|ValidateIf)/.test(decorator.getText(source)),
    );
    const fallback = nested || !member.initializer ? '' : member.initializer.getText(source);
    const type = nested ? 'block' : (member.type?.getText(source) ?? typeOf(fallback)).replaceAll("'", '');
    const row = `| \`${key}\` | ${cell(type)} | ${fallback ? `\`${cell(fallback)}\`` : optional ? '' : '**required**'} | ${cell(commentOf(member))} |`;
    return [row, ...(nested ? rowsOf(nested, `${key}.`) : [])];
  });
}

function typeOf(value) {
  if (/^(true|false)$/.test(value)) return 'boolean';
  if (/^[\d_]+$/.test(value)) return 'number';
  return value.startsWith('[') ? 'list' : 'string';
}

export function reference() {
  const parts = [
    '# Configuration reference',
    '',
    'Made from the code by `node scripts/configuration-reference.mjs`; do not edit. A commented set of files is in `config/`.',
    '',
    'Secrets are named, never written: `env:NAME` or `file:path` (relative to the configuration folder). Durations are written `500ms`, `8s`,',
    '`5m`, `2h`, `30d`; sizes `64KB`, `8MB`. `npx landfall config check` says everything that is wrong, with file, line and key.',
  ];
  for (const [title, name] of sections) {
    const entry = classes.get(name);
    if (!entry) continue;
    parts.push(
      '',
      `## ${title}`,
      '',
      commentOf(entry.node),
      '',
      '| Setting | Type | Default | Meaning |',
      '|---|---|---|---|',
      ...rowsOf(entry, ''),
    );
  }
  return `${parts.join('\n')}\n`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync(join(root, 'docs', 'configuration.md'), reference());
}
