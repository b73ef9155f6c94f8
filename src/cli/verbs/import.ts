import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { CliError } from '../cli-error.js';
import { api, readJson, show } from '../context.js';
import { withExamples } from '../examples.js';
import { runJob } from '../job.js';
import { aligned, table } from '../output.js';

interface Imported {
  total?: number;
  changes?: { action: string; label: string; detail?: string }[];
  rejected?: { row?: number; label?: string; reason: string }[];
}

interface ImportedAccounts {
  /** Exact, whatever the findings are cut to. */
  counts?: Record<string, number>;
  findings?: { kind: string; label: string; account?: string; detail?: string }[];
}

export function addImportVerbs(program: Command): void {
  const bring = program.command('import').description('bring in what exists elsewhere');
  addTarget(bring);
  addCsv(bring);
  addEntraSchema(bring);
}

function addTarget(bring: Command): void {
  const target = bring
    .command('target')
    .description(
      'take existing accounts and groups of a target over as linked resources. Exit 3: a preview has changes',
    )
    .argument('<name>')
    .option('--apply', 'do it; without it, a preview')
    .action(async (name: string, options: { apply?: boolean }, command: Command) => {
      const body = { target: name, apply: options.apply === true };
      const answer = await runJob<ImportedAccounts>(api(command), '/import/target', body, `import ${name}`);
      show(command, answer, () => printAccounts(answer, body.apply));
      if (!body.apply && (answer.counts?.imported ?? 0) > 0) process.exitCode = 3;
    });
  withExamples(target, 'landfall import target ad', 'landfall import target ad --apply');
}

/** Accounts that cannot be taken over (service accounts, mostly) are ordinary: no failure of the command. */
function printAccounts({ counts = {}, findings = [] }: ImportedAccounts, applied: boolean): string {
  const rows = findings.map(({ kind, label, account, detail }) => [kind, label, account, detail]);
  const { imported = 0, alreadyLinked = 0, rejected = 0, memberships = 0 } = counts;
  return [
    ...(rows.length > 0 ? [`${table(['WHAT', 'WHO', 'ACCOUNT', 'DETAIL'], rows)}\n`] : []),
    `${imported} ${applied ? 'imported' : 'would be imported'}, ${alreadyLinked} linked before, ${rejected} rejected${applied ? `, ${memberships} memberships` : ''}.`,
  ].join('\n');
}

function addCsv(bring: Command): void {
  const csv = bring
    .command('csv')
    .description('feed people of a CSV file through a source. Exit 3: a preview has changes')
    .argument('<file>')
    .requiredOption('--source <name>', 'the file in sources/ that says how columns are read')
    .option('--apply', 'do it; without it, a preview')
    .action(async (file: string, options: { source: string; apply?: boolean }, command: Command) => {
      const { source, apply = false } = options;
      const body = { source, apply, name: basename(file), content: bytes(file).toString('base64') };
      finish(
        command,
        await runJob<Imported>(api(command), '/import/csv', body, `import ${basename(file)}`),
        apply,
      );
    });
  withExamples(
    csv,
    'landfall import csv people.csv --source hr',
    'landfall import csv people.csv --source hr --apply',
  );
}

function bytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CliError(`${file} cannot be read: ${(error as Error).message}`, 2);
  }
}

function finish(command: Command, answer: Imported, applied = false): void {
  const { changes = [], rejected = [] } = answer;
  show(command, answer, () => {
    const made = changes.map(({ action, label, detail }) => [action, label, detail]);
    const refused = rejected.map(({ row, label, reason }) => [row, label, reason]);
    const parts = [
      ...(made.length > 0 ? [table(['ACTION', 'WHO', 'DETAIL'], made)] : []),
      ...(refused.length > 0 ? [`Rejected:\n${table(['ROW', 'WHO', 'WHY'], refused)}`] : []),
      `${answer.total ?? made.length} looked at, ${made.length} ${applied ? 'changed' : 'would change'}, ${refused.length} rejected.`,
    ];
    return parts.join('\n\n');
  });
  if (rejected.length > 0) throw new CliError(`${rejected.length} rejected`);
  if (!applied && changes.length > 0) process.exitCode = 3;
}

function addEntraSchema(bring: Command): void {
  const schema = bring
    .command('entra-schema')
    .description('turn the schema that the Entra portal exports into a starting mapping; needs no gateway')
    .argument('<file>')
    .option('--output <file>', 'write the mapping there; default standard output')
    .action(async (file: string, options: { output?: string }, command: Command) => {
      const { importEntraSchema } = await import('../../mapping/index.js');
      const { documents, report } = importEntraSchema(readJson(file));
      if (options.output !== undefined) writeFileSync(options.output, stringify(documents));
      show(command, { documents, report }, () =>
        options.output === undefined
          ? stringify(documents).trimEnd()
          : `The mapping is in ${options.output}.`,
      );
      const lines = report.map(({ where, subject, result, detail }) => [
        `  ${result}`,
        where,
        subject,
        detail,
      ]);
      if (lines.length > 0) process.stderr.write(`What is different from the export:\n${aligned(lines)}\n`);
      if (Object.keys(documents).length === 0)
        throw new CliError('the file has no mapping that could be taken over');
    });
  withExamples(schema, 'landfall import entra-schema schema.json --output ad-mapping.yaml');
}
