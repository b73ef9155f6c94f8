import { ForbiddenException, Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { REALM, Refusal, type ReplyHeaders } from './refusal.js';
import { OPEN, SCOPES, type Scope } from './scopes.js';
import { ExpiredToken, type TokenHolder } from './tokens.js';

interface Request {
  headers: Record<string, string | string[] | undefined>;
  /** As Fastify sees it: behind a trusted proxy, the client's own. */
  ip: string;
  user?: unknown;
}

/** Every route asks for a bearer token with the route's scope, but those marked `@Open()`. */
@Injectable()
export class BearerGuard extends AuthGuard('bearer') {
  constructor(
    private readonly reflector: Reflector,
    private readonly refusal: Refusal,
  ) {
    super();
  }

  override canActivate(context: ExecutionContext) {
    const open = this.reflector.getAllAndOverride<boolean>(OPEN, [context.getHandler(), context.getClass()]);
    return open ? true : super.canActivate(context);
  }

  /** Passport would also take tokens from the query and the body, where they end up in logs: it sees headers only. */
  override getRequest(context: ExecutionContext) {
    return { headers: context.switchToHttp().getRequest<Request>().headers };
  }

  override handleRequest<T>(error: unknown, holder: T, _info: unknown, context: ExecutionContext): T {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (error && !(error instanceof ExpiredToken)) throw error;
    if (!holder || error) {
      const given = request.headers.authorization !== undefined;
      throw this.refusal.of(request.ip, http.getResponse<ReplyHeaders>(), given, error);
    }
    const { name, client, source, user, scopes: held } = holder as unknown as TokenHolder;
    this.checkScope(name, held, context);
    const caller = {
      name,
      client,
      source,
      scopes: held,
      correlationId: '',
      ...(user === undefined ? {} : { user }),
    };
    request.user = caller;
    return caller as T;
  }

  private checkScope(name: string, held: readonly string[], context: ExecutionContext): void {
    const places = [context.getHandler(), context.getClass()];
    const scopes = this.reflector.getAllAndOverride<Scope[] | undefined>(SCOPES, places) ?? ['scim'];
    if (scopes.some((scope) => held.includes(scope))) return;
    const challenge = `Bearer realm="${REALM}", error="insufficient_scope", scope="${scopes.join(' ')}"`;
    context.switchToHttp().getResponse<ReplyHeaders>().header('WWW-Authenticate', challenge);
    throw new ForbiddenException(
      `The token "${name}" lacks the scope ${scopes.join(' or ')}; add it in auth.yaml.`,
    );
  }
}
