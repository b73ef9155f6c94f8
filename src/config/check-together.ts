import type { ConfigFolder } from './config-folder.js';
import type { AuthFile, DeliveryFile, StoreFile } from './files.js';
import type { LandfallConfig } from './load-config.js';
import { checkAuthoritySources } from './read-authority.js';
import type { LoadedTarget } from './read-targets.js';
import { isReference } from './secrets.js';

/** Owner of the mark that makes a group a rule group. */
const ruleSource = 'rule';
const makeKey = 'make one with: openssl rand -base64 32';

/** What no file shows alone: targets that contradict each other, repeated tokens, keys that are missing or no keys. */
export function checkTogether(config: LandfallConfig, folder: ConfigFolder): void {
  const { targets, targetsOff, store, auth, delivery, server } = config;
  deciding(targets, folder);
  dependencies(
    targets,
    targetsOff.map(({ name }) => name),
    folder,
  );
  postgres(store, folder);
  checkTokens(auth, folder);
  keys(delivery, targets, folder);
  checkAuthoritySources(folder, config.authority, sourcesOf(config));
  if (config.scim.defaultPageSize > config.scim.maxPageSize) {
    folder.report('scim.yaml', ['defaultPageSize'], `is more than maxPageSize (${config.scim.maxPageSize})`);
  }
  if (server.tls === undefined && !local(server.host) && server.trustedProxies.length === 0) {
    folder.warn(
      'server.yaml',
      ['host'],
      'listens on the network without TLS: tokens and passwords can be read on the way. Set tls, or trustedProxies if a proxy ends TLS',
    );
  }
}

/** Who writes: tokens, feeds, and the gateway's own rule groups. */
const sourcesOf = ({ auth, sources }: LandfallConfig): string[] => [
  ...auth.tokens.map(({ name, source = name }) => source),
  ...sources.map(({ name }) => name),
];

const fileOf = ({ name }: LoadedTarget) => `targets/${name}.yaml`;
const local = (host: string) => /^(127\.|localhost$|::1$|\[::1\]$)/.test(host);

function deciding(targets: readonly LoadedTarget[], folder: ConfigFolder): void {
  const [first, ...others] = targets.filter(({ file }) => file.answer === 'delivered');
  for (const target of others) {
    const detail = `only one target can be "delivered", and ${first!.name} is; set "answer: stored" here`;
    folder.report(fileOf(target), ['answer'], detail);
  }
}

function dependencies(
  targets: readonly LoadedTarget[],
  switchedOff: readonly string[],
  folder: ConfigFolder,
): void {
  const names = targets.map(({ name }) => name);
  for (const target of targets) {
    target.file.dependsOn.forEach((other, index) => {
      if (names.includes(other)) return;
      const off = switchedOff.includes(other);
      folder.report(
        fileOf(target),
        ['dependsOn', index],
        off ? `the target "${other}" is switched off` : `there is no target "${other}"`,
      );
    });
    if (inCircle(target.name, targets)) {
      folder.report(fileOf(target), ['dependsOn'], 'the targets depend on each other in a circle');
    }
  }
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

function postgres({ engine, url }: StoreFile, folder: ConfigFolder): void {
  if (engine !== 'postgres' || url !== undefined) return;
  const detail =
    'is missing: the connection URL of PostgreSQL, by reference, e.g. "env:LANDFALL_DATABASE_URL"';
  folder.report('store.yaml', ['url'], detail);
}

export function checkTokens({ tokens: entries }: AuthFile, folder: ConfigFolder): void {
  entries.forEach(({ name, hash, source = name }, index) => {
    if (source === ruleSource)
      folder.report(
        'auth.yaml',
        ['tokens', index, 'source'],
        `"${ruleSource}" is the source of rule groups; choose another`,
      );
    const before = entries.slice(0, index);
    if (before.some((other) => name !== undefined && other.name === name)) {
      folder.report('auth.yaml', ['tokens', index, 'name'], `another token is named "${name}"`);
    }
    const same = before.find((other) => hash !== undefined && other.hash === hash);
    if (same) folder.report('auth.yaml', ['tokens', index, 'hash'], `is the token "${same.name}" again`);
  });
}

function keys({ secrets }: DeliveryFile, targets: readonly LoadedTarget[], folder: ConfigFolder): void {
  if (secrets.keys.length === 0 && targets.some(({ kind }) => kind.kind === 'active-directory')) {
    const detail = `is missing: passwords for Active Directory are sealed with a key until they are delivered; ${makeKey}`;
    folder.report('delivery.yaml', ['secrets', 'keys'], detail);
  }
  secrets.keys.forEach(({ name, value }, index) => {
    const path = ['secrets', 'keys', index];
    if (secrets.keys.slice(0, index).some((other) => name !== undefined && other.name === name)) {
      folder.report('delivery.yaml', [...path, 'name'], `another key is named "${name}"`);
    }
    // What could not be looked up was said already.
    if (value === undefined || isReference(value) || folder.reported('delivery.yaml', [...path, 'value']))
      return;
    if (Buffer.from(value, 'base64').length === 32) return;
    folder.report('delivery.yaml', [...path, 'value'], `what it names is not base64 of 32 bytes; ${makeKey}`);
  });
}
