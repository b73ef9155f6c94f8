import { createHmac, timingSafeEqual } from 'node:crypto';
import { IdentityError } from '../../identity/identity.errors.js';

/** Cursors of RFC 9865: signed, and bound to the filter and to the store's epoch. Only unreserved URL characters. */
export class Cursors {
  constructor(
    private readonly secret: () => Promise<string>,
    private readonly epoch: () => Promise<string>,
  ) {}

  async seal(lastId: string, binding: string): Promise<string> {
    const epoch = await this.epoch();
    const body = Buffer.from(JSON.stringify([lastId, epoch])).toString('base64url');
    return `${body}.${await this.signature(body, binding)}`;
  }

  async open(cursor: string, binding: string): Promise<string> {
    const [body = '', signature = ''] = cursor.split('.');
    const expected = Buffer.from(await this.signature(body, binding));
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new IdentityError(
        'invalidCursor',
        'The cursor is not one of ours for this filter. Begin again with an empty cursor.',
        {
          scimType: 'invalidCursor',
        },
      );
    }
    const [lastId, epoch] = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as [string, string];
    if (epoch !== (await this.epoch())) {
      throw new IdentityError(
        'expiredCursor',
        'The store was restored since this cursor was made. Begin again with an empty cursor.',
        {
          scimType: 'expiredCursor',
        },
      );
    }
    return lastId;
  }

  private async signature(body: string, binding: string): Promise<string> {
    return createHmac('sha256', await this.secret())
      .update(`${body}\n${binding}`)
      .digest('base64url')
      .slice(0, 32);
  }
}
