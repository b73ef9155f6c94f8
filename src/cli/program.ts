import { Command } from 'commander';
import { defaultConfig } from './context.js';
import { addBackupVerb } from './verbs/backup.js';
import { addConfigVerbs } from './verbs/config.js';
import { addGuardVerbs } from './verbs/guard.js';
import { addImportVerbs } from './verbs/import.js';
import { addJobVerbs } from './verbs/job.js';
import { addLinkVerbs } from './verbs/link.js';
import { addLogVerb } from './verbs/log.js';
import { addPasswordVerbs } from './verbs/password.js';
import { addPlanVerb } from './verbs/plan.js';
import { addReconcileVerb } from './verbs/reconcile.js';
import { addRestoreVerb } from './verbs/restore.js';
import { addSourceVerbs } from './verbs/source.js';
import { addTargetVerbs } from './verbs/target.js';
import { addTokenVerbs } from './verbs/token.js';
import { addVersionVerb } from './verbs/version.js';

/** Every verb of `landfall`; docs/cli.md is made from it. */
export function buildProgram(version: string): Command {
  const program = new Command('landfall')
    .description('The identity gateway that lands cloud identities on-premises')
    .version(version)
    .option(
      '--config <folder>',
      'the configuration folder; default LANDFALL_CONFIG, else config',
      defaultConfig(),
    )
    .option('--json', 'answer as JSON')
    .option('--url <url>', 'the running gateway; default LANDFALL_URL, else as server.yaml says')
    .option('--token-file <file>', 'file with a token of scope operations; default LANDFALL_TOKEN')
    .showSuggestionAfterError()
    .exitOverride();
  const verbs = [
    addConfigVerbs,
    addTokenVerbs,
    addTargetVerbs,
    addPlanVerb,
    addLinkVerbs,
    addGuardVerbs,
    addPasswordVerbs,
    addLogVerb,
    addReconcileVerb,
    addImportVerbs,
    addJobVerbs,
    addSourceVerbs,
    addBackupVerb,
    addRestoreVerb,
  ];
  for (const add of verbs) add(program);
  addVersionVerb(program, version);
  return program;
}
