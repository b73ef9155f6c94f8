import type { Command } from 'commander';
import { api, show } from '../context.js';
import { withExamples } from '../examples.js';
import { printable } from '../output.js';

interface Revealed {
  passwords: { target: string; label: string; password: string }[];
}

export function addPasswordVerbs(program: Command): void {
  const reveal = program
    .command('password')
    .description('initial passwords')
    .command('reveal')
    .description('show the initial password of a user once; then it is gone. The log says who saw it')
    .argument('<user>', 'userName or resource id')
    .option('--target <name>')
    .action(async (user: string, options: { target?: string }, command: Command) => {
      const answer = await api(command).post<Revealed>('/passwords/reveal', { user, ...options });
      show(command, answer, () =>
        answer.passwords
          .map(({ target, label, password }) => `${printable(label)} in ${target}: ${printable(password)}`)
          .join('\n'),
      );
    });
  withExamples(reveal, 'landfall password reveal nora@contoso.example');
}
