import type { Command } from 'commander';

const examples = new WeakMap<Command, readonly string[]>();

/** Shown by `--help` and in docs/cli.md. */
export function withExamples(command: Command, ...lines: string[]): Command {
  examples.set(command, lines);
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

export const examplesOf = (command: Command): readonly string[] => examples.get(command) ?? [];
