import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scim } from '../../src/connectors/scim/index.js';
import { connectorContext } from './connector-context.js';
import { desiredSubject } from './desired-subject.js';

describe('the SCIM connector over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  let server: Server;
  beforeAll(async () => {
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=application'];
    const named = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate];
    execFileSync('openssl', [...made, ...named], { stdio: 'ignore' });
    server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_request, response) =>
      response.end(JSON.stringify({ filter: { supported: true }, totalResults: 0 })),
    );
    await new Promise<void>((done) => server.listen(0, done));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true });
  });

  const match = async (host: string, caFile?: string) => {
    const { port } = server.address() as AddressInfo;
    const baseUrl = `https://${host}:${port}/scim`;
    const connector = scim.create(
      Object.assign(new scim.Settings(), { baseUrl, bearer: 't', caFile }),
      connectorContext(),
    );
    const subject = desiredSubject(
      'User',
      { id: 'x', name: 'x' },
      { name: 'userName', title: 'title', createOnly: 'x' },
    );
    return connector.match(subject, AbortSignal.timeout(5000)).finally(() => connector.close());
  };

  it('trusts the authority of its settings', async () => {
    expect((await match('127.0.0.1', certificate)).kind).toBe('none');
  });

  it.each([
    ['an authority that nobody named', '127.0.0.1', undefined],
    ['a certificate of another host', '127.0.0.2', certificate],
  ])('stops the target at %s', async (_title, host, caFile) => {
    await expect(match(host, caFile)).rejects.toMatchObject({
      kind: 'misconfigured',
      mayPass: true,
      recommendedAction: expect.stringContaining('caFile'),
    });
  });
});
