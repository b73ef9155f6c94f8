import { PlainError } from '../run-logged.mjs';
import { explainMissing, installPackages } from './apt.mjs';
import { installModules } from './node-modules.mjs';
import { missingPackages } from './requirements.mjs';
import { checkSqlite } from './sqlite.mjs';

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new PlainError(
      `Landfall needs Node 20.19 or later (24 is recommended); this is ${process.version}`,
    );
}

/** Brings what the named purposes need, and nothing that is there already. */
export async function install(purposes) {
  checkNode();
  await installPackages(missingPackages(purposes));
  const missing = missingPackages(purposes);
  if (missing.length > 0) throw new PlainError(explainMissing(missing));
  await installModules();
  await checkSqlite();
}
