/** Writes everything in docs/, config/editor/ and scripts/lab/ that is made from the code. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { reference } from './configuration-reference.mjs';
import { labRights } from './lab/delegation.mjs';
import { root } from './root.mjs';

await build((line) => process.stderr.write(`${line}\n`));
const [{ buildProgram }, { cliReference }, { editorSchemas }, { ConnectorRegistry }, { sourceKinds }] =
  await Promise.all(
    [
      'cli/program.js',
      'cli/reference.js',
      'config/editor-schema.js',
      'connectors/registry.js',
      'sources/source-kinds.js',
    ].map((file) => import(join(root, 'dist', 'src', file))),
  );

const write = (file, content) => writeFileSync(join(root, file), content);

write('docs/configuration.md', reference());
write('docs/cli.md', cliReference(buildProgram('')));
mkdirSync(join(root, 'config', 'editor'), { recursive: true });
for (const [name, schema] of Object.entries(editorSchemas(new ConnectorRegistry().kinds, sourceKinds))) {
  write(`config/editor/${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`);
}

const activeDirectory = new ConnectorRegistry().kinds.find(({ kind }) => kind === 'active-directory');
write('scripts/lab/rights.sh', labRights(activeDirectory));
