/**
 * `npm run new:connector NAME`: a connector that passes the contract, to be changed into another one.
 * `-- --package FOLDER` makes an npm package of its own instead of a folder in this repository.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const template = join(root, 'scripts', 'connector-template');
/** A stand-in of the application is run by Node as it is, and goes into no build. */
const standIn = /-stand-in\.(d\.)?mts$|-stand-in\.mjs$/;
const repositoryKit = '../../src/connectors/connector-kit.js';

function stop(message) {
  console.error(message);
  process.exit(1);
}

const camel = (name) => name.replace(/-(.)/g, (_all, letter) => letter.toUpperCase());
const pascal = (name) => camel(`-${name}`);

function named(text, name) {
  return text
    .replaceAll('SampleA', `${pascal(name)}A`)
    .replaceAll('SampleC', `${pascal(name)}C`)
    .replaceAll('SampleS', `${pascal(name)}S`)
    .replaceAll('SampleH', `${pascal(name)}H`)
    .replaceAll(/\bsample(?=: ConnectorKind|\.create|\.disables|\.Settings| \}|;)/g, camel(name))
    .replaceAll('SAMPLE_TOKEN', `${name.replaceAll('-', '_').toUpperCase()}_TOKEN`)
    .replaceAll('sample', name);
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`  ${relative(process.cwd(), path)}`);
}

/** Inside this repository: TypeScript, run by jest. */
function inRepository(name) {
  const folder = join(root, 'src', 'connectors', name);
  if (existsSync(folder)) stop(`${relative(root, folder)} exists already`);
  for (const file of readdirSync(template)) {
    const text = named(readFileSync(join(template, file), 'utf8'), name);
    if (file.endsWith('.spec.ts')) {
      const moved = text.replaceAll(/'\.\/(?![^']*-stand-in)/g, `'../../src/connectors/${name}/`);
      write(join(root, 'test', 'connectors', `${name}.spec.ts`), moved);
    } else if (standIn.test(file)) {
      write(join(root, 'test', 'connectors', file.replace('sample', name)), text);
    } else if (file.endsWith('.md')) {
      write(
        join(folder, file),
        text.replace(`\`${name}.spec.ts\`    `, `\`test/connectors/${name}.spec.ts\``),
      );
    } else {
      const own = text.replaceAll(repositoryKit, '../connector-kit.js').replace(/\nexport default .*\n/, '');
      write(join(folder, file.replace('sample', name)), own);
    }
  }
  register(name);
  console.log(`\nIt passes the contract already:\n  npm run jest -- test/connectors/${name}\n`);
  console.log(
    `Now make it yours, beginning with src/connectors/${name}/${name}-application.ts. docs/connectors.md explains.`,
  );
}

/** The two existing files that know all connectors. */
function register(name) {
  const registry = join(root, 'src', 'connectors', 'registry.ts');
  const importLine = `import { ${camel(name)} } from './${name}/index.js';\n`;
  edit(registry, (text) =>
    text
      .replace("import { memory } from './memory/index.js';\n", (line) => line + importLine)
      .replace(/(const builtIn = \[[^\]]*?),?\s*\]/, `$1, ${camel(name)}]`),
  );
  edit(join(root, '.dependency-cruiser.cjs'), (text) =>
    text.replace("'memory'].map", `'memory', '${name}'].map`),
  );
}

function edit(path, change) {
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  if (after === before) console.log(`  ! add ${relative(root, path)} by hand: it does not look as expected`);
  else write(path, after);
}

/** A package of its own: plain ES modules, run by Node's own test runner. It loads the kit from the gateway's build. */
async function asPackage(name, folder) {
  if (existsSync(folder) && readdirSync(folder).some((file) => !['node_modules', '.git'].includes(file))) {
    stop(`${folder} is not empty`);
  }
  const { default: typescript } = await import('typescript');
  for (const file of readdirSync(template)) {
    const text = named(readFileSync(join(template, file), 'utf8'), name);
    if (file.endsWith('.d.mts')) continue;
    if (file.endsWith('.md')) write(join(folder, file), packageReadme(text, name));
    else if (standIn.test(file)) write(join(folder, file.replace('sample', name)), text);
    else
      write(
        join(folder, file.replace('sample', name).replace('.spec.ts', '.test.js').replace('.ts', '.js')),
        script(typescript, file, text),
      );
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const description = {
    name: `landfall-connector-${name}`,
    version: '0.1.0',
    type: 'module',
    exports: './index.js',
    scripts: { test: 'node --test' },
    peerDependencies: { landfall: `^${version}` },
    devDependencies: { landfall: `file:${relative(folder, root) || '.'}` },
  };
  write(join(folder, 'package.json'), `${JSON.stringify(description, null, 2)}\n`);
  write(join(folder, '.gitignore'), 'node_modules/\ntry/\n');
  await build();
  console.log(`\nIt passes the contract already:\n  cd ${folder} && npm install && npm test\n`);
}

function script(typescript, file, text) {
  const { ScriptTarget, ModuleKind } = typescript;
  const compilerOptions = {
    target: ScriptTarget.ES2022,
    module: ModuleKind.ESNext,
    experimentalDecorators: true,
  };
  const { outputText } = typescript.transpileModule(text, { compilerOptions });
  const runner = file.endsWith('.spec.ts')
    ? "import { after as afterAll, describe, it } from 'node:test';\n"
    : '';
  return runner + outputText.replaceAll(repositoryKit, 'landfall/connector-kit');
}

function packageReadme(text, name) {
  return text
    .replaceAll('.spec.ts', '.test.js')
    .replaceAll('.ts`', '.js`')
    .replace(`kind: ${name}`, `kind: npm:landfall-connector-${name}`);
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { package: { type: 'string' } },
});
const [name] = positionals;
if (!name || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
  stop(
    'npm run new:connector NAME [-- --package FOLDER]\nNAME in lower case, words joined by hyphens: travel-expenses',
  );
}
if (values.package === undefined) inRepository(name);
else await asPackage(name, resolve(values.package));
