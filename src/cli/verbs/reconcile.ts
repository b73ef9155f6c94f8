import type { Command } from 'commander';
import { api, show } from '../context.js';
import { withExamples } from '../examples.js';
import { runJob } from '../job.js';
import { table } from '../output.js';

interface Reconciled {
  seen?: number;
  findings?: { kind: string; label: string; account?: string; attribute?: string; detail?: string }[];
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
      const findings = answer.findings ?? [];
      const rows = findings.map((one) => [one.kind, one.label, one.account, one.attribute, one.detail]);
      const equal = `The target is as the store wants it (${answer.seen ?? 0} accounts seen).`;
      show(command, answer, () =>
        rows.length === 0 ? equal : table(['WHAT', 'WHO', 'ACCOUNT', 'ATTRIBUTE', 'DETAIL'], rows),
      );
      if (rows.length > 0 && !options.apply) process.exitCode = 3;
    });
  withExamples(reconcile, 'landfall reconcile ad', 'landfall reconcile ad --apply');
}
