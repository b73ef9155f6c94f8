import type { Command } from 'commander';
import { examplesOf } from './examples.js';

const intro = `# Command line

Made from the code by \`node scripts/references.mjs\`; do not edit.

\`npx landfall\` in a checkout, \`landfall\` where it is installed. Verbs that look into or change the running gateway call its operations
API with a token of scope \`operations\` (\`LANDFALL_TOKEN\`, \`--token-file\`, or what the quickstart wrote); the others work on files.

| Exit | Meaning |
| --- | --- |
| 0 | fine |
| 1 | failed |
| 2 | wrong usage, configuration or token |
| 3 | changes are pending (\`plan\`, \`guard list\`, \`reconcile\`, previews of \`import\`) |
`;

/** docs/cli.md: every verb with its arguments, options and examples. */
export function cliReference(program: Command): string {
  const verbs = leaves(program, []);
  return [intro, '## Options of every verb', '', options(program), ...verbs.map(section)].join('\n');
}

interface Verb {
  path: string[];
  command: Command;
}

function leaves(command: Command, path: string[]): Verb[] {
  return command.commands.flatMap((inner) => {
    const at = [...path, inner.name()];
    return inner.commands.length > 0 ? leaves(inner, at) : [{ path: at, command: inner }];
  });
}

function section({ path, command }: Verb): string {
  const parameters = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  const examples = examplesOf(command);
  const parts = [
    `## ${['landfall', ...path, ...parameters].join(' ')}`,
    '',
    sentence(command.description()),
    '',
  ];
  for (const argument of command.registeredArguments) {
    if (argument.description !== '')
      parts.push(`\`${argument.name()}\`: ${sentence(argument.description)}`, '');
  }
  if (command.options.length > 0) parts.push(options(command));
  if (examples.length > 0) parts.push('```sh', ...examples, '```', '');
  return parts.join('\n');
}

function options(command: Command): string {
  const rows = command.options.map(({ flags, description, defaultValue, argChoices, long, mandatory }) => {
    const choices = argChoices ? `one of ${argChoices.join(', ')}` : '';
    // Where the configuration is depends on the machine that makes this page.
    const given =
      long === '--config' || long === '--version' || typeof defaultValue === 'boolean'
        ? undefined
        : (defaultValue as unknown);
    const fallback = given === undefined ? '' : `default ${String(given)}`;
    const words = [description, choices, fallback, mandatory ? 'required' : '']
      .filter((part) => part !== '')
      .join('; ');
    return `| \`${flags.replaceAll('|', '\\|')}\` | ${words.replaceAll('|', '\\|')} |`;
  });
  return ['| Option | Meaning |', '| --- | --- |', ...rows, ''].join('\n');
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return capital.endsWith('.') ? capital : `${capital}.`;
}
