import type { Command } from 'commander';
import { api, show } from '../context.js';
import { withExamples } from '../examples.js';
import { table, time } from '../output.js';

interface ListedJob {
  id: string;
  kind: string;
  target: string;
  state: string;
  createdAt: number;
  progress: { apply: boolean; step: string; done: number; total: number; waiting?: string };
}

export function addJobVerbs(program: Command): void {
  const job = program.command('job').description('long runs of the gateway: reconcile and imports');
  addList(job);
  addCancel(job);
}

function addList(job: Command): void {
  const list = job
    .command('list')
    .description('the last runs, newest first')
    .option('--state <state>', 'running, done, failed or cancelled')
    .action(async (options: { state?: string }, command: Command) => {
      const answer = await api(command).get<{ jobs: ListedJob[] }>('/jobs', { state: options.state });
      const rows = answer.jobs.map(({ id, kind, target, state, createdAt, progress }) => [
        id,
        kind,
        target,
        progress.apply ? state : `${state} (preview)`,
        `${progress.done}${progress.total ? ` of ${progress.total}` : ''}`,
        time(createdAt),
        progress.waiting,
      ]);
      show(command, answer, () => table(['ID', 'KIND', 'OF', 'STATE', 'DONE', 'BEGAN', 'DETAIL'], rows));
    });
  withExamples(list, 'landfall job list --state running');
}

function addCancel(job: Command): void {
  const cancel = job
    .command('cancel')
    .description('end a run; what it has done stays done')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const answer = await api(command).post<ListedJob>(`/jobs/${encodeURIComponent(id)}/cancel`);
      show(command, answer, () => `${answer.kind} of ${answer.target}: ${answer.state}.`);
    });
  withExamples(cancel, 'landfall job cancel 01a20712-df86-71c4-a6a1-4ba6ae604188');
}
