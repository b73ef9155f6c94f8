import { Controller, Get, Inject, Param, Req, UseInterceptors } from '@nestjs/common';
import { publishSchema } from '../../schema/publish-schema.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { SchemaRegistry } from '../../schema/schema-registry.js';
import { ScimError } from '../../schema/scim-error.js';
import type { SchemaDocument } from '../../schema/types.js';
import { queryParameters } from './list-parameters.js';
import { LIST_SCHEMA } from './list-requests.js';
import { type ScimReply, ScimReplyInterceptor } from './reply.js';
import { baseUrlOf, type ScimRequest } from './request.js';
import { serviceProviderConfig } from './service-provider-config.js';
import { BASE_PATH, SCIM_SETTINGS, type ScimSettings } from './settings.js';

/** RFC 7644 §4: what this service is, published from what it enforces. */
@Controller(BASE_PATH)
@UseInterceptors(ScimReplyInterceptor)
export class DiscoveryController {
  constructor(
    private readonly registry: SchemaRegistry,
    @Inject(SCIM_SETTINGS) private readonly settings: ScimSettings,
  ) {}

  @Get('ServiceProviderConfig')
  config(@Req() request: ScimRequest): ScimReply {
    refuseFilter(request);
    return { status: 200, body: serviceProviderConfig(this.settings, this.baseUrl(request)) };
  }

  @Get('ResourceTypes')
  resourceTypes(@Req() request: ScimRequest): ScimReply {
    return this.list(
      request,
      this.registry.resourceTypes.map((type) => this.resourceTypeBody(type, request)),
    );
  }

  @Get('ResourceTypes/:id')
  resourceType(@Param('id') id: string, @Req() request: ScimRequest): ScimReply {
    refuseFilter(request);
    const type = this.registry.resourceType(id);
    if (type === undefined) throw new ScimError(404, undefined, 'There is no such resource type.');
    return { status: 200, body: this.resourceTypeBody(type, request) };
  }

  @Get('Schemas')
  schemas(@Req() request: ScimRequest): ScimReply {
    return this.list(
      request,
      this.registry.schemas.map((schema) => this.schemaBody(schema, request)),
    );
  }

  @Get('Schemas/:id')
  schema(@Param('id') id: string, @Req() request: ScimRequest): ScimReply {
    refuseFilter(request);
    const schema = this.registry.schema(id);
    if (schema === undefined) throw new ScimError(404, undefined, 'There is no such schema.');
    return { status: 200, body: this.schemaBody(schema, request) };
  }

  /** §4: paging and sorting are ignored here; all of it comes at once. */
  private list(request: ScimRequest, resources: object[]): ScimReply {
    refuseFilter(request);
    const body = {
      schemas: [LIST_SCHEMA],
      totalResults: resources.length,
      itemsPerPage: resources.length,
      startIndex: 1,
      Resources: resources,
    };
    return { status: 200, body };
  }

  private resourceTypeBody(type: ResourceType, request: ScimRequest): object {
    return {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      ...type.document(),
      meta: {
        resourceType: 'ResourceType',
        location: `${this.baseUrl(request)}/ResourceTypes/${encodeURIComponent(type.name)}`,
      },
    };
  }

  private schemaBody(schema: SchemaDocument, request: ScimRequest): object {
    return {
      ...publishSchema(schema),
      meta: { resourceType: 'Schema', location: `${this.baseUrl(request)}/Schemas/${schema.id}` },
    };
  }

  private baseUrl(request: ScimRequest): string {
    return baseUrlOf(request, this.settings);
  }
}

/** §4: a filter on a discovery endpoint SHOULD be answered 403. */
function refuseFilter(request: ScimRequest): void {
  if (queryParameters(request.url).filter !== undefined)
    throw new ScimError(403, undefined, 'This endpoint cannot be filtered.');
}
