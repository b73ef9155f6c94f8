import { resolve } from 'node:path';
import type { Command } from 'commander';
import { api, show } from '../context.js';
import { withExamples } from '../examples.js';
import { runJob } from '../job.js';

export function addBackupVerb(program: Command): void {
  const backup = program
    .command('backup')
    .description('copy the store while the gateway runs (SQLite; on the machine of the gateway)')
    .argument('<file>', 'must not exist yet')
    .action(async (file: string, _options: object, command: Command) => {
      const path = resolve(file);
      const answer = await runJob<{ counts?: { bytes?: number } }>(
        api(command),
        '/backup',
        { file: path },
        'backup',
      );
      show(
        command,
        answer,
        () =>
          `The store is in ${path}${answer.counts?.bytes === undefined ? '' : ` (${answer.counts.bytes} bytes)`}.`,
      );
    });
  withExamples(backup, 'landfall backup /var/backups/landfall-2027-11-30.sqlite');
}
