import { type CanActivate, type ExecutionContext, Module, UnauthorizedException } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AddressInfo } from 'node:net';
import type { Caller } from '../../src/identity/model.js';
import { ResourceService } from '../../src/identity/resource-service.js';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import type { JsonObject } from '../../src/schema/types.js';
import { configureScimHttp, scimFastifyOptions } from '../../src/scim/http/configure-http.js';
import type { ScimRequest } from '../../src/scim/http/request.js';
import {
  BASE_PATH,
  DEFAULT_SCIM_SETTINGS,
  SCIM_SETTINGS,
  type ScimSettings,
} from '../../src/scim/http/settings.js';
import { ScimModule } from '../../src/scim/scim.module.js';
import { MemoryResources } from './memory-resources.js';

const caller = (name: string, client: Caller['client'], user?: string): Caller => ({
  name,
  client,
  source: name,
  scopes: ['scim'],
  correlationId: 'set-by-guard',
  ...(user === undefined ? {} : { user }),
});

const CALLERS: ReadonlyMap<string | undefined, Caller> = new Map([
  ['Bearer generic', caller('generic', 'generic')],
  ['Bearer entra', caller('entra', 'entra')],
  ['Bearer nora', caller('nora', 'generic', 'Nora')],
]);

/** Stands for the gateway's guard: three tokens, each with its Caller. */
class TokenGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<ScimRequest>();
    const user = CALLERS.get(request.headers.authorization);
    if (user === undefined) throw new UnauthorizedException('The token is unknown.');
    request.user = user;
    return true;
  }
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON; an empty object where there is none. */
  body: JsonObject;
}

export interface Ask {
  method?: string;
  token?: string;
  body?: unknown;
  /** Sent as it is. */
  raw?: string | Uint8Array;
  headers?: Record<string, string>;
}

/** The SCIM module alone behind real HTTP, on MemoryResources unless it is given another identity. */
export class ScimServer<R extends ResourceService = ResourceService> {
  private constructor(
    private readonly app: NestFastifyApplication,
    readonly resources: R,
    readonly origin: string,
  ) {}

  static start(
    settings?: Partial<ScimSettings>,
    registry?: SchemaRegistry,
  ): Promise<ScimServer<MemoryResources>>;
  static start<T extends ResourceService>(
    settings: Partial<ScimSettings>,
    registry: SchemaRegistry,
    resources: T,
  ): Promise<ScimServer<T>>;
  static async start(
    settings: Partial<ScimSettings> = {},
    registry = SchemaRegistry.builtIn(),
    resources: ResourceService = new MemoryResources(registry),
  ): Promise<ScimServer> {
    const complete: ScimSettings = { ...DEFAULT_SCIM_SETTINGS, ...settings };
    const identity = {
      module: IdentityDouble,
      providers: [
        { provide: ResourceService, useValue: resources },
        { provide: SchemaRegistry, useValue: registry },
        { provide: APP_GUARD, useClass: TokenGuard },
      ],
      exports: [ResourceService, SchemaRegistry],
    };
    const root = ScimModule.register({
      imports: [identity],
      settings: { provide: SCIM_SETTINGS, useValue: complete },
    });
    const app = await NestFactory.create<NestFastifyApplication>(
      root,
      new FastifyAdapter(scimFastifyOptions(complete)),
      { logger: false },
    );
    configureScimHttp(app, complete);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new ScimServer(app, resources, `http://127.0.0.1:${port}`);
  }

  get baseUrl(): string {
    return this.origin + BASE_PATH;
  }

  async ask(
    path: string,
    { method = 'GET', token = 'generic', body, raw, headers = {} }: Ask = {},
  ): Promise<Answer> {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(payload === undefined ? {} : { 'content-type': 'application/scim+json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { body: payload }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== '' ? (JSON.parse(text) as JsonObject) : {},
    };
  }

  post(path: string, body: unknown, ask: Ask = {}): Promise<Answer> {
    return this.ask(path, { method: 'POST', body, ...ask });
  }

  patch(path: string, operations: unknown[], ask: Ask = {}): Promise<Answer> {
    return this.ask(path, { method: 'PATCH', body: { schemas: [PATCH_OP], Operations: operations }, ...ask });
  }

  async user(userName: string, more: JsonObject = {}): Promise<string> {
    const answer = await this.post('/Users', { schemas: [USER], userName, ...more });
    if (answer.status !== 201) throw new Error(answer.text);
    return answer.body['id'] as string;
  }

  async group(displayName: string, members: string[] = []): Promise<string> {
    const answer = await this.post('/Groups', {
      schemas: [GROUP],
      displayName,
      members: members.map((value) => ({ value })),
    });
    if (answer.status !== 201) throw new Error(answer.text);
    return answer.body['id'] as string;
  }

  stop(): Promise<void> {
    return this.app.close();
  }
}

@Module({})
class IdentityDouble {}

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const SEARCH_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
