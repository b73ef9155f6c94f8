import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Req,
  UseInterceptors,
} from '@nestjs/common';
import type { ResourceType } from '../../schema/resource-type.js';
import { SchemaRegistry } from '../../schema/schema-registry.js';
import { unknownEndpoint } from './endpoints.js';
import { ListRequests } from './list-requests.js';
import { type ScimReply, ScimReplyInterceptor } from './reply.js';
import type { ScimRequest } from './request.js';
import { RequestReader } from './request-reader.js';
import { ResourceRequests } from './resource-requests.js';
import { BASE_PATH } from './settings.js';

/** /Users, /Groups and whatever resource types the configuration adds: RFC 7644 §3.2. */
@Controller(`${BASE_PATH}/:endpoint`)
@UseInterceptors(ScimReplyInterceptor)
export class ResourcesController {
  constructor(
    private readonly registry: SchemaRegistry,
    private readonly reader: RequestReader,
    private readonly requests: ResourceRequests,
    private readonly lists: ListRequests,
  ) {}

  @Get()
  list(@Param('endpoint') endpoint: string, @Req() request: ScimRequest): Promise<ScimReply> {
    return this.lists.list([this.type(endpoint, request)], this.reader.context(request));
  }

  @Post()
  create(@Param('endpoint') endpoint: string, @Req() request: ScimRequest): Promise<ScimReply> {
    return this.requests.create(
      this.type(endpoint, request),
      this.reader.body(request),
      this.reader.context(request),
    );
  }

  @Post('.search')
  @HttpCode(200)
  search(@Param('endpoint') endpoint: string, @Req() request: ScimRequest): Promise<ScimReply> {
    return this.lists.search(
      [this.type(endpoint, request)],
      this.reader.body(request),
      this.reader.context(request),
    );
  }

  @Get(':id')
  read(
    @Param('endpoint') endpoint: string,
    @Param('id') id: string,
    @Req() request: ScimRequest,
  ): Promise<ScimReply> {
    return this.requests.read(this.type(endpoint, request, id), id, this.reader.context(request));
  }

  @Put(':id')
  replace(
    @Param('endpoint') endpoint: string,
    @Param('id') id: string,
    @Req() request: ScimRequest,
  ): Promise<ScimReply> {
    return this.requests.replace(
      this.type(endpoint, request, id),
      id,
      this.reader.body(request),
      this.reader.context(request),
    );
  }

  @Patch(':id')
  patch(
    @Param('endpoint') endpoint: string,
    @Param('id') id: string,
    @Req() request: ScimRequest,
  ): Promise<ScimReply> {
    return this.requests.patch(
      this.type(endpoint, request, id),
      id,
      this.reader.body(request),
      this.reader.context(request),
    );
  }

  @Delete(':id')
  remove(
    @Param('endpoint') endpoint: string,
    @Param('id') id: string,
    @Req() request: ScimRequest,
  ): Promise<ScimReply> {
    return this.requests.remove(this.type(endpoint, request, id), id, this.reader.context(request));
  }

  /** `.search` is no id: it only takes POST. */
  private type(endpoint: string, request: ScimRequest, id = ''): ResourceType {
    const type = this.registry.byEndpoint(endpoint);
    if (type === undefined || id === '.search') throw unknownEndpoint(request, this.registry);
    return type;
  }
}
