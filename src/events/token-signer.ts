import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, SignJWT, type JWK, type JWTPayload } from 'jose';

interface SigningKey {
  key: KeyObject;
  algorithm: string;
  keyId: string;
  published: JWK;
}

const mediaType = 'secevent+jwt';

/** The JWS algorithm of a private key in PEM form (RFC 7518 §3.1, RFC 8037 §3.1). Undefined: it cannot sign tokens. */
export function algorithmOf(pem: string): string | undefined {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return undefined;
  }
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (key.asymmetricKeyType === 'rsa') return (modulusLength ?? 0) >= 2048 ? 'RS256' : undefined;
  if (key.asymmetricKeyType === 'ec') return { prime256v1: 'ES256', secp384r1: 'ES384' }[namedCurve ?? ''];
  return undefined;
}

/** Makes security event tokens (RFC 8417) of claims. The first key signs; all are published, so that one can follow another. */
export class TokenSigner {
  private constructor(private readonly keys: readonly SigningKey[]) {}

  static async of(pems: readonly string[]): Promise<TokenSigner> {
    return new TokenSigner(await Promise.all(pems.map(signingKey)));
  }

  async token(claims: JWTPayload): Promise<string> {
    const [signing] = this.keys;
    if (!signing) return unsecured(claims);
    const { key, algorithm, keyId } = signing;
    return new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid: keyId, typ: mediaType }).sign(key);
  }

  /** RFC 7517 §5; public halves only. */
  jwks(): { keys: JWK[] } {
    return { keys: this.keys.map(({ published }) => published) };
  }
}

async function signingKey(pem: string): Promise<SigningKey> {
  const algorithm = algorithmOf(pem);
  if (algorithm === undefined) throw new Error('a signing key of the event feed cannot be used');
  const key = createPrivateKey(pem);
  const publicKey = await exportJWK(createPublicKey(key));
  const keyId = await calculateJwkThumbprint(publicKey);
  return { key, algorithm, keyId, published: { ...publicKey, kid: keyId, alg: algorithm, use: 'sig' } };
}

/** RFC 7519 §6, which RFC 8417 §2.4 permits where the channel protects the token: the poll runs over TLS with a bearer token. */
function unsecured(claims: JWTPayload): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: mediaType })}.${part(claims)}.`;
}
