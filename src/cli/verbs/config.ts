import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { printProblem, printProblems } from '../../config/problem.js';
import { CliError } from '../cli-error.js';
import { globals, show } from '../context.js';
import { withExamples } from '../examples.js';

const configuration = () => import('../configuration.js');

export function addConfigVerbs(program: Command): void {
  const config = program.command('config').description('the configuration files');
  addCheck(config);
  addPrint(config);
  addSchema(config);
}

function addCheck(config: Command): void {
  const check = config
    .command('check')
    .description('say everything that is wrong with the configuration. Exit 2: something is')
    .option('--no-secrets', 'do not look secrets and files up: for checking away from the machine')
    .action(async (options: { secrets: boolean }, command: Command) => {
      const folder = globals(command).config;
      const { readConfig } = await configuration();
      const {
        problems,
        warnings,
        config: read,
      } = await readConfig(folder, { withoutSecrets: !options.secrets });
      const notes = warnings.map((warning) => `warning: ${printProblem(warning, folder)}\n`).join('');
      const fine = () =>
        `${notes}The configuration in ${folder} is fine: ${count(read.targets, 'target')}, ${count(read.auth.tokens, 'token')}.`;
      show(command, { problems, warnings }, () =>
        problems.length > 0 ? notes + printProblems(folder, problems) : fine(),
      );
      if (problems.length > 0) process.exitCode = 2;
    });
  withExamples(check, 'landfall config check', 'landfall --config /etc/landfall config check --no-secrets');
}

const count = (list: readonly unknown[], what: string) =>
  `${list.length} ${what}${list.length === 1 ? '' : 's'}`;

function addPrint(config: Command): void {
  const print = config
    .command('print')
    .description('show every file with its defaults; secrets are shown as where they live')
    .argument('[file]', 'one file, e.g. targets/ad.yaml')
    .action(async (file: string | undefined, _options: object, command: Command) => {
      const folder = globals(command).config;
      const { readConfig } = await configuration();
      const { problems, shown } = await readConfig(folder, { withoutSecrets: true });
      if (problems.length > 0) throw new CliError(printProblems(folder, problems), 2, true);
      if (file !== undefined && !(file in shown)) {
        throw new CliError(`there is no ${file}; files: ${Object.keys(shown).join(', ')}`, 2);
      }
      const chosen = file === undefined ? shown : { [file]: shown[file] };
      const text = () =>
        Object.entries(chosen)
          .map(([name, content]) => `# ${name}\n${stringify(content)}`)
          .join('\n');
      show(command, chosen, () => text().trimEnd());
    });
  withExamples(print, 'landfall config print', 'landfall config print targets/ad.yaml');
}

function addSchema(config: Command): void {
  const schema = config
    .command('schema')
    .description('JSON Schemas of the files, for completion and checks in editors')
    .argument('[file]', 'server, auth, store, scim, delivery, target or source')
    .option('--write <folder>', 'write all of them into a folder')
    .action(async (file: string | undefined, options: { write?: string }) => {
      const { ConnectorRegistry, editorSchemas, sourceKinds } = await configuration();
      const schemas = editorSchemas(new ConnectorRegistry().kinds, sourceKinds);
      if (options.write !== undefined) return writeSchemas(schemas, options.write);
      if (file !== undefined && !(file in schemas)) {
        throw new CliError(`there is no schema of "${file}"; schemas: ${Object.keys(schemas).join(', ')}`, 2);
      }
      process.stdout.write(`${JSON.stringify(file === undefined ? schemas : schemas[file], null, 2)}\n`);
    });
  withExamples(schema, 'landfall config schema target', 'landfall config schema --write config/editor');
}

function writeSchemas(schemas: Record<string, object>, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(schemas)) {
    writeFileSync(join(folder, `${name}.schema.json`), `${JSON.stringify(content, null, 2)}\n`);
  }
  process.stdout.write(`${Object.keys(schemas).length} schemas are in ${folder}.\n`);
}
