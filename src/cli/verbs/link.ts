import { Option, type Command } from 'commander';
import { api, show } from '../context.js';
import { withExamples } from '../examples.js';
import type { Query } from '../operations-api.js';
import { table } from '../output.js';

interface LinkRow {
  id: string;
  target: string;
  resourceType: string;
  label: string;
  state: string;
  attempts: number;
  anchor?: string;
  error?: { kind: string; detail: string; recommendedAction?: string };
}

const states = ['due', 'applied', 'parked', 'held', 'removing', 'retained'];

export function addLinkVerbs(program: Command): void {
  const link = program.command('link').description('the record of each resource in each target');
  addList(link);
  const retry = link
    .command('retry')
    .description('look again at everything that is parked, or at one resource')
    .option('--target <name>')
    .option('--resource <id or name>')
    .action(async (options: Query, command: Command) => {
      const answer = await api(command).post<{ retried: number }>('/links/retry', options);
      show(command, answer, () => `${answer.retried} will be looked at again.`);
    });
  withExamples(retry, 'landfall link retry', 'landfall link retry --resource nora@contoso.example');
}

function addList(link: Command): void {
  const list = link
    .command('list')
    .description('what is applied, due, parked, and why')
    .option('--target <name>')
    .addOption(new Option('--state <state>').choices(states))
    .option('--resource <id or name>')
    .option('--limit <n>', 'at most', '100')
    .option('--after <id>', 'go on after this one')
    .action(async (options: Query, command: Command) => {
      const answer = await api(command).get<{ links: LinkRow[]; after?: string }>('/links', options);
      const rows = answer.links.map((one) => [
        one.target,
        one.resourceType,
        one.label,
        one.state,
        one.attempts,
        one.anchor,
        one.error?.detail,
        one.error?.recommendedAction,
      ]);
      const headings = ['TARGET', 'TYPE', 'WHO', 'STATE', 'TRIES', 'ANCHOR', 'WHY', 'WHAT TO DO'];
      const more = answer.after === undefined ? '' : `\nThere are more: --after ${answer.after}`;
      show(command, answer, () => (rows.length === 0 ? 'None.' : table(headings, rows)) + more);
    });
  withExamples(
    list,
    'landfall link list --state parked',
    'landfall link list --resource nora@contoso.example',
  );
}
