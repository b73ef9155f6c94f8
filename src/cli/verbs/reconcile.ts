import type { Command } from 'commander';
import { api, show } from '../context.js';
import { withExamples } from '../examples.js';
import { runJob } from '../job.js';
import { table } from '../output.js';

interface Reconciled {
  /** Exact, whatever the findings are cut to. */
  counts?: Record<string, number>;
  /** Of these a person has to know. */
  differences?: number;
  findings?: { kind: string; label: string; account?: string; detail?: string }[];
}

export function addReconcileVerb(program: Command): void {
  const reconcile = program
    .command('reconcile')
    .description(
      'compare a target with the store: drift, orphans, missing and unlinked accounts. Exit 3: they differ',
    )
    .argument('<target>')
    .option('--apply', 'mend what the mapping says is ours; without it nothing is written')
    .action(async (target: string, options: { apply?: boolean }, command: Command) => {
      const body = { target, apply: options.apply === true };
      const answer = await runJob<Reconciled>(api(command), '/reconcile', body, `reconcile ${target}`);
      show(command, answer, () => printReconciled(answer));
      if ((answer.differences ?? 0) > 0) process.exitCode = 3;
    });
  withExamples(reconcile, 'landfall reconcile ad', 'landfall reconcile ad --apply');
}

function printReconciled({ findings = [], counts = {}, differences = 0 }: Reconciled): string {
  const rows = findings.map((one) => [one.kind, one.label, one.account, one.detail]);
  const figures = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  return [
    ...(rows.length > 0 ? [`${table(['WHAT', 'WHO', 'ACCOUNT', 'DETAIL'], rows)}\n`] : []),
    figures.join(', '),
    differences === 0 ? 'The target is as the store wants it.' : `${differences} difference(s).`,
  ].join('\n');
}
