import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const days = '3650';

const openssl = async (...args) => {
  await run('openssl', args, { timeout: 60_000, env: { ...process.env, OPENSSL_CONF: '/dev/null' } });
};

const key = async (file) => {
  await openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file);
  chmodSync(file, 0o600);
};

async function makeAuthority(folder) {
  await key(join(folder, 'ca-key.pem'));
  writeFileSync(
    join(folder, 'ca.cnf'),
    [
      '[req]',
      'distinguished_name = name',
      'prompt = no',
      'x509_extensions = authority',
      '[name]',
      'CN = Landfall throwaway CA',
      '[authority]',
      'basicConstraints = critical, CA:TRUE, pathlen:0',
      'keyUsage = critical, keyCertSign, cRLSign',
      'subjectKeyIdentifier = hash',
      '',
    ].join('\n'),
  );
  const made = ['-new', '-x509', '-sha256', '-days', days, '-config', join(folder, 'ca.cnf')];
  await openssl('req', ...made, '-key', join(folder, 'ca-key.pem'), '-out', join(folder, 'ca.pem'));
}

/**
 * A certificate for one address and the names of the domain controller, signed by a CA of its own.
 * A client that verifies against this CA cannot mistake another LDAP server for ours.
 */
export async function makeCertificate(folder, { host, names, newAuthority }) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (newAuthority) await makeAuthority(folder);
  await key(join(folder, 'dc-key.pem'));
  const config = join(folder, 'dc.cnf');
  writeFileSync(
    config,
    [
      '[req]',
      'distinguished_name = name',
      'prompt = no',
      '[name]',
      `CN = ${names[0]}`,
      '[server]',
      'basicConstraints = critical, CA:FALSE',
      'keyUsage = critical, digitalSignature',
      'extendedKeyUsage = serverAuth',
      'subjectKeyIdentifier = hash',
      'authorityKeyIdentifier = keyid',
      `subjectAltName = ${[`IP:${host}`, ...names.map((name) => `DNS:${name}`)].join(', ')}`,
      '',
    ].join('\n'),
  );
  const request = join(folder, 'dc.csr');
  await openssl(
    'req',
    '-new',
    '-sha256',
    '-config',
    config,
    '-key',
    join(folder, 'dc-key.pem'),
    '-out',
    request,
  );
  const signer = ['-CA', join(folder, 'ca.pem'), '-CAkey', join(folder, 'ca-key.pem'), '-CAcreateserial'];
  const extensions = ['-extfile', config, '-extensions', 'server'];
  const out = ['-out', join(folder, 'dc.pem')];
  await openssl('x509', '-req', '-sha256', '-days', days, '-in', request, ...signer, ...extensions, ...out);
}
