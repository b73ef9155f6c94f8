import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';
import type { AdSettings } from '../settings.js';

/** Certificates are always verified; pins come on top, never instead. There is no switch to turn this off. */
export function tlsOptions(settings: AdSettings): ConnectionOptions {
  const { pins, serverName } = settings;
  const wanted = new Set(pins.map((pin) => pin.replace(/^sha256\//, '')));
  return {
    ...(settings.caFile === undefined ? {} : { ca: readFileSync(settings.caFile) }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    minVersion: 'TLSv1.2',
    checkServerIdentity: (host, certificate) => {
      const fault = checkServerIdentity(serverName ?? host, certificate);
      if (fault || wanted.size === 0) return fault;
      const known = wanted.has(publicKeyPin(certificate.raw));
      return known
        ? undefined
        : new Error('The certificate is signed by a known authority but has none of the pinned keys');
    },
  };
}

/** RFC 7469 §2.4: base64 of the SHA-256 digest of the SubjectPublicKeyInfo. */
export function publicKeyPin(certificate: Buffer): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}
