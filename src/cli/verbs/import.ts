import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { CliError } from '../cli-error.js';
import { api, readJson, show } from '../context.js';
import { withExamples } from '../examples.js';
import { runJob } from '../job.js';
import { aligned, table } from '../output.js';
import { addImportCsv } from './import-csv.js';

interface ImportedAccounts {
  /** Exact, whatever the findings are cut to. */
  counts?: Record<string, number>;
  findings?: { kind: string; label: string; account?: string; detail?: string }[];
}

export function addImportVerbs(program: Command): void {
  const bring = program.command('import').description('bring in what exists elsewhere');
  addTarget(bring);
  addImportCsv(bring);
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
