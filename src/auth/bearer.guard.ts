import { ForbiddenException, Injectable, UnauthorizedException, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { OPEN, SCOPES, type Scope } from './scopes.js';
import type { TokenHolder } from './tokens.js';

interface Request {
  headers: Record<string, string | string[] | undefined>;
  user?: unknown;
}
interface Reply {
  header(name: string, value: string): void;
}

/** Every route asks for a bearer token with the route's scope, but those marked `@Open()`. */
@Injectable()
export class BearerGuard extends AuthGuard('bearer') {
  constructor(private readonly reflector: Reflector) {
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

  override handleRequest<T>(error: unknown, holder: T, info: unknown, context: ExecutionContext): T {
    if (error) throw error;
    const http = context.switchToHttp();
    if (!holder) {
      http.getResponse<Reply>().header('WWW-Authenticate', challenge(info));
      throw new UnauthorizedException(
        'A valid bearer token is needed: the one sent is missing, unknown or expired.',
      );
    }
    const scopes = this.reflector.getAllAndOverride<Scope[] | undefined>(SCOPES, [
      context.getHandler(),
      context.getClass(),
    ]) ?? ['scim'];
    const { name, client, source, user, scopes: held } = holder as unknown as TokenHolder;
    if (!scopes.some((scope) => held.includes(scope))) {
      throw new ForbiddenException(
        `The token "${name}" lacks the scope ${scopes.join(' or ')}; add it in auth.yaml.`,
      );
    }
    const caller = {
      name,
      client,
      source,
      scopes: held,
      correlationId: '',
      ...(user === undefined ? {} : { user }),
    };
    http.getRequest<Request>().user = caller;
    return caller as T;
  }
}

function challenge(info: unknown): string {
  return typeof info === 'string' && info.startsWith('Bearer') ? info : 'Bearer realm="landfall"';
}
