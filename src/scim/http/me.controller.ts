import { Controller, Delete, Get, Patch, Post, Put, Req, UseInterceptors } from '@nestjs/common';
import { ResourceService } from '../../identity/resource-service.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { SchemaRegistry } from '../../schema/schema-registry.js';
import { ScimError } from '../../schema/scim-error.js';
import { readFilter } from '../filter/resolve-filter.js';
import { type ScimReply, ScimReplyInterceptor } from './reply.js';
import type { ScimRequest } from './request.js';
import { type RequestContext, RequestReader } from './request-reader.js';
import { ResourceRequests } from './resource-requests.js';
import { BASE_PATH } from './settings.js';

/** RFC 7644 §3.11: the user whom the token speaks for, under an alias; `Location` names the real address. */
@Controller(`${BASE_PATH}/Me`)
@UseInterceptors(ScimReplyInterceptor)
export class MeController {
  constructor(
    private readonly registry: SchemaRegistry,
    private readonly resources: ResourceService,
    private readonly reader: RequestReader,
    private readonly requests: ResourceRequests,
  ) {}

  @Get()
  async read(@Req() request: ScimRequest): Promise<ScimReply> {
    const context = this.reader.context(request);
    return this.requests.read(this.users(), await this.idOf(context), context);
  }

  @Put()
  async replace(@Req() request: ScimRequest): Promise<ScimReply> {
    const context = this.reader.context(request);
    return this.requests.replace(this.users(), await this.idOf(context), this.reader.body(request), context);
  }

  @Patch()
  async patch(@Req() request: ScimRequest): Promise<ScimReply> {
    const context = this.reader.context(request);
    return this.requests.patch(this.users(), await this.idOf(context), this.reader.body(request), context);
  }

  @Delete()
  async remove(@Req() request: ScimRequest): Promise<ScimReply> {
    const context = this.reader.context(request);
    return this.requests.remove(this.users(), await this.idOf(context), context);
  }

  /** Registration of oneself is not offered; a client creates users under /Users. */
  @Post()
  create(): never {
    throw new ScimError(501, undefined, 'A user is created under /Users; /Me names one that exists.');
  }

  private users(): ResourceType {
    const type = this.registry.resourceType('User');
    if (type === undefined) throw new ScimError(404, undefined, 'This service has no users.');
    return type;
  }

  private async idOf({ caller, dialect }: RequestContext): Promise<string> {
    if (caller.user === undefined) throw new ScimError(404, undefined, 'The token speaks for no user.');
    const type = this.users();
    const filter = readFilter(`userName eq ${JSON.stringify(caller.user)}`, [type], dialect);
    const query = {
      filter,
      startIndex: 1,
      count: 1,
      types: [type.name],
      withMembers: false,
      withGroups: false,
    };
    const [view] = (await this.resources.search(query, caller)).resources;
    if (view === undefined)
      throw new ScimError(404, undefined, 'The user whom the token speaks for does not exist.');
    return view.resource.id;
  }
}
