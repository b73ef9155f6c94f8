import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { hashToken } from '../auth/index.js';
import { printProblems } from '../config/problem.js';
import { importEntraSchema } from '../mapping/index.js';
import { stringify } from 'yaml';
import { readConfig } from '../read-config.js';
import { globals, show } from './context.js';
import { CliError } from './operations-api.js';

export function addConfigVerbs(program: Command): void {
  const config = program.command('config').description('the configuration files');
  config
    .command('check')
    .description('say everything that is wrong with the configuration')
    .option('--no-secrets', 'do not look secrets up')
    .action(async (options: { secrets: boolean }, command: Command) => {
      const folder = globals(command).config;
      const { problems, config: read } = await readConfig(folder, { withoutSecrets: !options.secrets });
      show(command, { problems }, () =>
        problems.length > 0
          ? printProblems(folder, problems)
          : `The configuration in ${folder} is fine: ${read.targets.length} target(s), ${read.auth.tokens.length} token(s).`,
      );
      if (problems.length > 0) process.exitCode = 2;
    });

  const token = program.command('token').description('bearer tokens');
  token
    .command('create <name>')
    .description('make a token: shown once, with the entry for auth.yaml')
    .option('--client <client>', 'entra, okta or generic', 'entra')
    .option('--scopes <scopes>', 'scim, operations, metrics', 'scim')
    .action((name: string, options: { client: string; scopes: string }, command: Command) => {
      const secret = randomBytes(32).toString('base64url');
      const entry = {
        name,
        hash: hashToken(secret),
        client: options.client,
        source: name,
        scopes: options.scopes.split(','),
      };
      show(
        command,
        { token: secret, entry },
        () => `Token (shown once):\n  ${secret}\n\nEntry for auth.yaml:\n${stringify([entry])}`,
      );
    });
  token
    .command('hash')
    .description('hash the token on standard input')
    .action((_options: object, command: Command) => {
      const hash = hashToken(readFileSync(0, 'utf8').trim());
      show(command, { hash }, () => hash);
    });

  program
    .command('import')
    .description('bring in what exists elsewhere')
    .command('entra-schema <file>')
    .description('turn the schema that the Entra portal exports into a starting mapping')
    .action((file: string, _options: object, command: Command) => {
      const { documents, report } = importEntraSchema(
        readJson(file) as Parameters<typeof importEntraSchema>[0],
      );
      show(command, { documents, report }, () => stringify(documents));
      if (!globals(command).json) process.stderr.write(`${stringify(report)}\n`);
    });
}

export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CliError(`${file} cannot be read as JSON: ${(error as Error).message}`, 2);
  }
}
