import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { files } from './state.mjs';

const secret = (name) => join(files.secrets, name);
const tokenNames = ['entra', 'generic', 'operations'];

const read = (file) => readFileSync(file, 'utf8').trim();

/** Clear tokens are kept for the summary only; the gateway's configuration holds their hashes. */
export const readTokens = () =>
  Object.fromEntries(tokenNames.map((name) => [name, read(secret(`${name}-token`))]));

const server = () => `# Where the gateway listens. The environment variable PORT overrides the port.
host: 127.0.0.1
port: 8080
`;

const hash = (token) => `sha256:${createHash('sha256').update(token).digest('hex')}`;

const auth = (
  tokens,
) => `# Who may call. Only hashes are kept here; the tokens of this quickstart are in .landfall/quickstart.json.
tokens:
  - name: entra
    hash: ${hash(tokens.entra)}
    client: entra
    source: entra
    scopes: [scim]
  - name: generic
    hash: ${hash(tokens.generic)}
    client: generic
    source: generic
    scopes: [scim]
  - name: operations
    hash: ${hash(tokens.operations)}
    client: generic
    source: operations
    scopes: [operations]
`;

const store = () => `engine: sqlite
file: ${join(files.store, 'landfall.sqlite')}
`;

const delivery = () => `# Passwords are sealed with this key until they are delivered, or revealed.
secrets:
  keys:
    - name: quickstart
      value: file:${secret('sealing-key')}
`;

const target = (lab) => `# The throwaway domain of the quickstart.
kind: active-directory
answer: delivered
users: { onDelete: delete }
groups: { onDelete: delete }
settings:
  servers: ['${lab.ldapUrl}']
  caFile: ${lab.caFile}
  bindDn: ${lab.bindDn}
  bindPassword: file:${secret('bind-password')}
  domain: ${lab.dnsDomain}
  upnSuffixes: [${lab.dnsDomain}, ${lab.upnSuffix}]
  users: { container: '${lab.usersOu}' }
  groups: { container: '${lab.groupsOu}' }
`;

function writeSecrets(lab) {
  mkdirSync(files.secrets, { recursive: true, mode: 0o700 });
  const write = (name, value) => {
    if (!existsSync(secret(name))) writeFileSync(secret(name), `${value}\n`, { mode: 0o600 });
  };
  for (const name of tokenNames) write(`${name}-token`, randomBytes(32).toString('base64url'));
  write('sealing-key', randomBytes(32).toString('base64'));
  writeFileSync(secret('bind-password'), `${lab.bindPassword}\n`, { mode: 0o600 });
}

/** Writes the configuration of a first start. One that is there, complete or edited, is taken as it is. */
export function ensureConfig(lab) {
  if (existsSync(files.config)) return;
  writeSecrets(lab);
  mkdirSync(files.store, { recursive: true, mode: 0o700 });
  const fresh = `${files.config}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const write = (name, content) => writeFileSync(join(fresh, name), content);
  for (const folder of ['targets', 'schemas']) mkdirSync(join(fresh, folder), { recursive: true });
  write('server.yaml', server());
  write('auth.yaml', auth(readTokens()));
  write('store.yaml', store());
  write('delivery.yaml', delivery());
  write('targets/ad.yaml', target(lab));
  renameSync(fresh, files.config);
}

/** The port that server.yaml names; 8080 when it names none. */
export function configuredPort() {
  const file = join(files.config, 'server.yaml');
  const port = existsSync(file) && /^port:\s*(\d+)/m.exec(readFileSync(file, 'utf8'))?.[1];
  return port ? Number(port) : 8080;
}

const targetFiles = () => {
  const folder = join(files.config, 'targets');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(folder, name));
};

/** Where the throwaway controller was when the configuration was written, or when it last followed it. */
const addressFile = () => secret('domain-address');

const namedAddress = () => (existsSync(addressFile()) ? read(addressFile()) : undefined);

/** False when a person has pointed the targets at a domain of their own. */
export function namesThrowawayDomain() {
  const url = namedAddress();
  return url !== undefined && targetFiles().some((file) => readFileSync(file, 'utf8').includes(url));
}

/** When the controller had to take another loopback address, the target file follows it; nothing else is touched. */
export function followDomain(lab) {
  const former = namedAddress();
  if (former === lab.ldapUrl) return;
  for (const file of former === undefined ? [] : targetFiles()) {
    const content = readFileSync(file, 'utf8');
    if (content.includes(former)) writeFileSync(file, content.replaceAll(former, lab.ldapUrl));
  }
  writeFileSync(addressFile(), `${lab.ldapUrl}\n`);
}
