import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { newId } from '../identity/id.js';
import type { SealedPassword } from './model.js';

export interface SealingKey {
  name: string;
  /** 32 bytes. */
  key: Buffer;
}

/**
 * Passwords at rest: AES-256-GCM, bound to their link by associated data, naming their key.
 * The first key seals; the others still open what was sealed before a rotation.
 */
export class Sealing {
  constructor(private readonly keys: readonly SealingKey[]) {
    for (const { name, key } of keys) {
      if (key.length !== 32)
        throw new Error(`sealing key "${name}" has ${key.length} bytes; it must have 32`);
    }
  }

  get ready(): boolean {
    return this.keys.length > 0;
  }

  seal(
    clear: string,
    bound: Omit<SealedPassword, 'id' | 'cipher' | 'keyName' | 'mark' | 'delivered'>,
  ): SealedPassword {
    const current = this.keys[0];
    if (!current) {
      throw new Error(
        'no sealing key is configured: set secrets.keys in delivery.yaml, so that passwords can be kept until they are delivered',
      );
    }
    const id = newId();
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', current.key, nonce);
    cipher.setAAD(associated(id, bound.linkId));
    const sealed = Buffer.concat([nonce, cipher.update(clear, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return { id, ...bound, cipher: sealed.toString('base64'), keyName: current.name, delivered: false };
  }

  /** Undefined when the key is gone or the row was tampered with. */
  open(sealed: SealedPassword): string | undefined {
    const key = this.keys.find(({ name }) => name === sealed.keyName)?.key;
    if (!key) return undefined;
    const bytes = Buffer.from(sealed.cipher, 'base64');
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
      decipher.setAAD(associated(sealed.id, sealed.linkId));
      decipher.setAuthTag(bytes.subarray(bytes.length - 16));
      return (
        decipher.update(bytes.subarray(12, bytes.length - 16), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch {
      return undefined;
    }
  }
}

function associated(sealedId: string, linkId: string): Buffer {
  return Buffer.from(`landfall/${sealedId}/${linkId}`, 'utf8');
}
