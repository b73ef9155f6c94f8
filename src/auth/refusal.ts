import { HttpException, HttpStatus, Injectable, Logger, UnauthorizedException } from '@nestjs/common';
import { FailedAttempts } from './failed-attempts.js';
import { ExpiredToken } from './tokens.js';

export const REALM = 'landfall';

/** Both Fastify's reply and what Nest hands to guards. */
export interface ReplyHeaders {
  header(name: string, value: string): unknown;
}

/** How a caller without a good token is turned away (RFC 6750 §3): 401 with a challenge, and 429 for those who go on guessing. */
@Injectable()
export class Refusal {
  private readonly logger = new Logger('Auth');

  constructor(private readonly failures: FailedAttempts) {}

  /** Counts the attempt and sets the headers of the answer; the exception is the answer. */
  of(address: string, reply: ReplyHeaders, tokenGiven: boolean, cause?: unknown): HttpException {
    const { attempts, waitSeconds } = this.failures.count(address);
    if (attempts === 1)
      this.logger.warn(
        `A request from ${address} had ${tokenGiven ? 'a token that is not good' : 'no token'}.`,
      );
    if (waitSeconds !== undefined) return this.tooMany(address, attempts, reply, waitSeconds);
    const error = tokenGiven ? ', error="invalid_token"' : '';
    reply.header('WWW-Authenticate', `Bearer realm="${REALM}"${error}`);
    return new UnauthorizedException(detail(tokenGiven, cause));
  }

  private tooMany(
    address: string,
    attempts: number,
    reply: ReplyHeaders,
    waitSeconds: number,
  ): HttpException {
    if (attempts % 1000 === 0) this.logger.warn(`${attempts} failed sign-ins from ${address}.`);
    reply.header('Retry-After', String(waitSeconds));
    return new HttpException(
      `Too many failed sign-ins from this address; the next is answered in ${waitSeconds} s. A good token is let in at once.`,
      HttpStatus.TOO_MANY_REQUESTS,
    );
  }
}

function detail(tokenGiven: boolean, cause: unknown): string {
  if (cause instanceof ExpiredToken) return `${cause.message} Make a new one with: landfall token create`;
  return tokenGiven
    ? 'The bearer token is not known here. Tokens are made with: landfall token create'
    : 'A bearer token is needed: Authorization: Bearer <token>';
}
