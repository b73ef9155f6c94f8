import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import { api, show } from '../context.js';
import { withExamples } from '../examples.js';
import type { Query } from '../operations-api.js';
import { table, time } from '../output.js';

interface HeldRow {
  id: string;
  target: string;
  label: string;
  resourceType: string;
  summary: string;
  at: number;
}

export function addGuardVerbs(program: Command): void {
  const guard = program.command('guard').description('what the guard against accidents holds back');
  const list = guard
    .command('list')
    .description('what is held, and why. Exit 3: something is')
    .option('--target <name>')
    .action(async (options: Query, command: Command) => {
      const answer = await api(command).get<{ held: HeldRow[] }>('/guard', options);
      const rows = answer.held.map((one) => [one.id, one.target, one.label, one.summary, time(one.at)]);
      show(command, answer, () =>
        rows.length === 0 ? 'Nothing is held.' : table(['ID', 'TARGET', 'WHO', 'WHAT', 'SINCE'], rows),
      );
      if (rows.length > 0) process.exitCode = 3;
    });
  withExamples(list, 'landfall guard list --target ad');
  addDecision(guard, 'allow', 'carry held plans out, as they are now');
  addDecision(guard, 'discard', 'leave the accounts as they are');
}

function addDecision(guard: Command, verb: 'allow' | 'discard', description: string): void {
  const decision = guard
    .command(verb)
    .description(description)
    .argument('[ids...]', 'as `landfall guard list` shows them')
    .option('--all', 'everything that is held')
    .option('--target <name>')
    .action(async (ids: string[], options: { all?: boolean; target?: string }, command: Command) => {
      if (ids.length === 0 && !options.all)
        throw new CliError('name ids of `landfall guard list`, or --all', 2);
      const answer = await api(command).post<Record<string, number>>(`/guard/${verb}`, {
        ...(ids.length > 0 ? { links: ids } : {}),
        ...options,
      });
      show(
        command,
        answer,
        () => `${verb === 'allow' ? 'Allowed' : 'Discarded'}: ${Object.values(answer)[0] ?? 0}.`,
      );
    });
  withExamples(decision, `landfall guard ${verb} --all --target ad`);
}
