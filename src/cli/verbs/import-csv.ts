import { accessSync, constants, statSync } from 'node:fs';
import { basename } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { CliError } from '../cli-error.js';
import { api, show } from '../context.js';
import { withExamples } from '../examples.js';
import { followJob, type Job } from '../job.js';
import type { OperationsApi } from '../operations-api.js';
import { table } from '../output.js';
import { Progress } from '../progress.js';

interface Options {
  apply?: boolean;
  full?: boolean;
  allowLeavers?: number;
  rejected?: string;
  resume?: boolean;
}

interface ImportedRows {
  /** Exact, whatever the findings are cut to. */
  counts?: Record<string, number>;
  findings?: { kind: string; label: string; place?: string; detail?: string }[];
}

export function addImportCsv(bring: Command): void {
  const csv = bring
    .command('csv')
    .description(
      'feed people of a CSV file through a source. Exit 3: a preview has something to import; 1: the file is refused, or with --apply rows are rejected, parked or name unknown people, or leavers are held',
    )
    .argument('<source>', 'the file in sources/ that says how columns are read')
    .argument('<file>')
    .option('--apply', 'do it; without it, a preview')
    .option('--full', 'the file is complete: whoever is missing has left; default as the source says')
    .option(
      '--allow-leavers <number>',
      'let exactly so many leave although the guard holds them',
      wholeNumber,
    )
    .option(
      '--rejected <file>',
      'write the rows that were not taken as they came there, each with its reason',
    )
    .option(
      '--resume',
      'follow the import of this file that is running, or go on with the one that was interrupted',
    )
    .action(async (source: string, file: string, options: Options, command: Command) => {
      const gateway = api(command);
      const digest = await upload(gateway, source, file);
      const { rejected, ...wanted } = options;
      const body = { source, name: basename(file), digest, ...wanted };
      const { job: started } = await gateway.post<{ job: Job }>('/import/csv', body);
      const job = await followJob(gateway, started, `import ${basename(file)}`);
      const answer = (job.result ?? {}) as ImportedRows;
      if (rejected !== undefined && open(answer) > 0)
        await gateway.download(`/import/csv/jobs/${encodeURIComponent(job.id)}/rejected`, rejected);
      finish(command, answer, options);
    });
  withExamples(
    csv,
    'landfall import csv hr people.csv',
    'landfall import csv hr people.csv --apply --rejected rejected.csv',
    'landfall import csv hr people.csv --full --apply --allow-leavers 37',
  );
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed.');
  return Number(text);
}

async function upload(gateway: OperationsApi, source: string, file: string): Promise<string> {
  const total = sizeOf(file);
  const progress = new Progress(`send ${basename(file)}`);
  try {
    const path = `/import/csv/files/${encodeURIComponent(source)}`;
    return (await gateway.upload<{ digest: string }>(path, file, (bytes) => progress.at(bytes, total)))
      .digest;
  } finally {
    progress.end();
  }
}

function sizeOf(file: string): number {
  try {
    accessSync(file, constants.R_OK);
    return statSync(file).size;
  } catch (error) {
    throw new CliError(`${file} cannot be read: ${(error as Error).message}`, 2);
  }
}

/** Rows that a person has to look at. */
const open = ({ counts = {} }: ImportedRows): number =>
  (counts.rejected ?? 0) + (counts.parked ?? 0) + (counts.unresolved ?? 0);

const words: Record<string, string> = {
  leaversHeld: 'not left: held by the guard',
  unresolved: 'name unknown',
};

function finish(command: Command, answer: ImportedRows, { apply = false, rejected }: Options): void {
  const { counts = {}, findings = [] } = answer;
  show(command, answer, () => {
    const rows = findings.map(({ kind, place, label, detail }) => [
      words[kind] ?? kind,
      place,
      label,
      detail,
    ]);
    const shown = rows.length > 0 ? [table(['WHAT', 'WHERE', 'WHO', 'DETAIL'], rows)] : [];
    const file =
      rejected !== undefined && open(answer) > 0
        ? [`The rows that were not taken as they came are in ${rejected}.`]
        : [];
    return [...shown, figures(counts, apply), ...file].join('\n\n');
  });
  const { created = 0, updated = 0, left = 0, leaversHeld = 0 } = counts;
  if (!apply && created + updated + left > 0) process.exitCode = 3;
  else if (open(answer) + leaversHeld > 0) process.exitCode = 1;
}

function figures(counts: Record<string, number>, applied: boolean): string {
  const { created = 0, updated = 0, unchanged = 0, left = 0, parked = 0, rejected = 0 } = counts;
  const { unresolved = 0, leaversHeld = 0 } = counts;
  const would = applied ? '' : 'would be ';
  const parts = [
    `${created} ${would}created`,
    `${updated} ${would}updated`,
    `${unchanged} as they are`,
    ...(left > 0 ? [`${left} ${applied ? 'left' : 'would leave'}`] : []),
    ...(leaversHeld > 0 ? [`${leaversHeld} leavers held`] : []),
    ...(unresolved > 0 ? [`${unresolved} name somebody unknown`] : []),
    `${parked} parked`,
    `${rejected} rejected`,
  ];
  return `${parts.join(', ')}.`;
}
