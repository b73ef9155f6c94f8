import { All, Controller, HttpCode, Post, Req, UseInterceptors } from '@nestjs/common';
import { SchemaRegistry } from '../../schema/schema-registry.js';
import { unknownEndpoint } from './endpoints.js';
import { ListRequests } from './list-requests.js';
import { type ScimReply, ScimReplyInterceptor } from './reply.js';
import type { ScimRequest } from './request.js';
import { RequestReader } from './request-reader.js';
import { BASE_PATH } from './settings.js';

/** Searches over every resource type (RFC 7644 §3.4.2.1, §3.4.3), and whatever no other controller answers: the last one in the module. */
@Controller(BASE_PATH)
@UseInterceptors(ScimReplyInterceptor)
export class SearchController {
  constructor(
    private readonly registry: SchemaRegistry,
    private readonly reader: RequestReader,
    private readonly lists: ListRequests,
  ) {}

  /** The root takes every method, so that those which it does not know are 405 as everywhere. */
  @All()
  list(@Req() request: ScimRequest): Promise<ScimReply> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return this.unknown(request);
    return this.lists.list(this.registry.resourceTypes, this.reader.context(request));
  }

  @Post('.search')
  @HttpCode(200)
  search(@Req() request: ScimRequest): Promise<ScimReply> {
    return this.lists.search(
      this.registry.resourceTypes,
      this.reader.body(request),
      this.reader.context(request),
    );
  }

  @All('*')
  unknown(@Req() request: ScimRequest): never {
    throw unknownEndpoint(request, this.registry);
  }
}
