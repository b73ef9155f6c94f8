import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { stringify } from 'yaml';
import { hashToken } from '../../auth/tokens.js';
import { tokenClients, tokenScopes } from '../../config/files/token-words.js';
import { show } from '../context.js';
import { withExamples } from '../examples.js';

interface TokenOptions {
  client: string;
  scopes: string[];
  source?: string;
  user?: string;
  expires?: string;
}

/** 256 random bits: nobody guesses them, so a plain hash of them is enough. */
const newToken = () => randomBytes(32).toString('base64url');

export function addTokenVerbs(program: Command): void {
  const token = program.command('token').description('bearer tokens');
  addCreate(token);
  const hash = token
    .command('hash')
    .description('hash the token on standard input, for auth.yaml')
    .action((_options: object, command: Command) => {
      const hashed = hashToken(readFileSync(0, 'utf8').trim());
      show(command, { hash: hashed }, () => hashed);
    });
  withExamples(hash, 'landfall token hash < token-file');
}

function addCreate(token: Command): void {
  const create = token
    .command('create')
    .description('make a token: it is shown once, with the entry for auth.yaml')
    .argument('<name>', 'as the provisioning log is to show it')
    .addOption(
      new Option('--client <client>', 'whose deviations are understood')
        .choices(tokenClients)
        .default('entra'),
    )
    .option('--scopes <list>', `comma-separated: ${tokenScopes.join(', ')}`, scopesOf, ['scim'])
    .option('--source <source>', 'owner of the externalIds it writes; default the name')
    .option('--user <userName>', 'who /Me is')
    .option('--expires <date>', 'e.g. 2027-11-30', dateOf)
    .action((name: string, options: TokenOptions, command: Command) => {
      const secret = newToken();
      const { client, scopes, source = name, user, expires } = options;
      const entry = {
        name,
        hash: hashToken(secret),
        client,
        source,
        scopes,
        ...(user ? { user } : {}),
        ...(expires ? { expires } : {}),
      };
      show(command, { token: secret, entry }, () =>
        `Token, shown once:\n  ${secret}\n\nEntry for tokens in auth.yaml:\n${stringify([entry])}`.trimEnd(),
      );
    });
  withExamples(
    create,
    'landfall token create entra',
    'landfall token create admin --client generic --scopes operations,metrics --expires 2027-11-30',
  );
}

function scopesOf(text: string): string[] {
  const scopes = text.split(',').map((scope) => scope.trim());
  const wrong = scopes.find((scope) => !(tokenScopes as readonly string[]).includes(scope));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`"${wrong}" is no scope: ${tokenScopes.join(', ')}`);
  return scopes;
}

function dateOf(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError('write a date such as 2027-11-30');
  }
  return text;
}
