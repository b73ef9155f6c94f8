import type { AuthFile, DeliveryFile, StoreFile } from './files.js';
import type { LandfallConfig, LoadedTarget } from './load-config.js';
import type { ConfigProblem } from './problem.js';

const makeKey = 'make one with: openssl rand -base64 32';

/** What no file shows alone: targets that contradict each other, doubled tokens, keys that are missing or no keys. */
export function checkTogether(config: LandfallConfig, withoutSecrets: boolean): ConfigProblem[] {
  const { targets, store, auth, delivery } = config;
  return [
    ...targetProblems(targets),
    ...storeProblems(store),
    ...tokenProblems(auth),
    ...keyProblems(delivery, targets, withoutSecrets),
  ];
}

const problem = (file: string, key: string, detail: string): ConfigProblem => ({
  file,
  line: 1,
  column: 1,
  key,
  detail,
});

function targetProblems(targets: readonly LoadedTarget[]): ConfigProblem[] {
  const names = new Set(targets.map(({ name }) => name));
  const [first, ...others] = targets.filter(({ file }) => file.answer === 'delivered');
  const deciding = others.map(({ name }) =>
    problem(
      `targets/${name}.yaml`,
      'answer',
      `only one target can be "delivered", and ${first!.name} is; set "answer: stored" here`,
    ),
  );
  const depending = targets.flatMap(({ name, file }) => {
    const unknown = file.dependsOn.filter((other) => !names.has(other));
    const found = unknown.map((other) =>
      problem(`targets/${name}.yaml`, 'dependsOn', `there is no target "${other}"`),
    );
    if (inCircle(name, targets))
      found.push(
        problem(`targets/${name}.yaml`, 'dependsOn', 'the targets depend on each other in a circle'),
      );
    return found;
  });
  return [...deciding, ...depending];
}

function storeProblems(store: StoreFile): ConfigProblem[] {
  if (store.engine !== 'postgres' || store.url) return [];
  const detail =
    'is missing: the connection URL of PostgreSQL, by reference, e.g. "env:LANDFALL_DATABASE_URL"';
  return [problem('store.yaml', 'url', detail)];
}

function tokenProblems({ tokens }: AuthFile): ConfigProblem[] {
  const names = tokens.map(({ name }) => name);
  const doubled = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...doubled].map((name) => problem('auth.yaml', 'tokens', `two tokens are named "${name}"`));
}

function keyProblems(
  { secrets }: DeliveryFile,
  targets: readonly LoadedTarget[],
  withoutSecrets: boolean,
): ConfigProblem[] {
  if (secrets.keys.length === 0 && targets.some(({ kind }) => kind.kind === 'active-directory')) {
    const detail = `is missing: passwords for Active Directory are sealed with a key until they are delivered; ${makeKey}`;
    return [problem('delivery.yaml', 'secrets.keys', detail)];
  }
  if (withoutSecrets) return [];
  return secrets.keys
    .filter(({ value }) => Buffer.from(value ?? '', 'base64').length !== 32)
    .map(({ name }) =>
      problem('delivery.yaml', 'secrets.keys', `the key "${name}" is not base64 of 32 bytes; ${makeKey}`),
    );
}

function inCircle(name: string, targets: readonly LoadedTarget[]): boolean {
  const seen = new Set<string>();
  const visit = (current: string): boolean => {
    if (seen.has(current)) return false;
    seen.add(current);
    const next = targets.find((target) => target.name === current)?.file.dependsOn ?? [];
    return next.some((other) => other === name || visit(other));
  };
  return visit(name);
}
