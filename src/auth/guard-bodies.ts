import type { INestApplication } from '@nestjs/common';
import { Refusal, type ReplyHeaders } from './refusal.js';
import { ExpiredToken, Tokens } from './tokens.js';

interface Incoming {
  headers: Record<string, string | string[] | undefined>;
  ip: string;
}

interface HookedServer {
  addHook(
    name: 'onRequest',
    hook: (request: Incoming, reply: ReplyHeaders, done: (error?: Error) => void) => void,
  ): unknown;
}

/** What anybody may send; the guard, which knows the route, answers these. */
const bytesForAnybody = 16 * 1024;

/**
 * Guards run after a body was read. A larger body is read only for callers with a good token; others are answered at once
 * and the connection ends. Call it before `app.listen()`.
 */
export function guardBodies(app: INestApplication): void {
  const tokens = app.get(Tokens, { strict: false });
  const refusal = app.get(Refusal, { strict: false });
  const server = app.getHttpAdapter().getInstance() as HookedServer;
  server.addHook('onRequest', (request, reply, done) => {
    if (!large(request)) return done();
    const token = bearer(request);
    const verdict = token === undefined ? undefined : judge(tokens, token);
    if (verdict === 'good') return done();
    reply.header('Connection', 'close');
    done(refusal.of(request.ip, reply, token !== undefined, verdict));
  });
}

function large({ headers }: Incoming): boolean {
  if (headers['transfer-encoding'] !== undefined) return true;
  return Number(headers['content-length'] ?? 0) > bytesForAnybody;
}

function bearer({ headers }: Incoming): string | undefined {
  return /^Bearer (\S+)$/i.exec(String(headers.authorization ?? ''))?.[1];
}

function judge(tokens: Tokens, token: string): 'good' | ExpiredToken | undefined {
  try {
    return tokens.holder(token) ? 'good' : undefined;
  } catch (error) {
    if (error instanceof ExpiredToken) return error;
    throw error;
  }
}
