import { Controller, Get, Inject, Req, Res, UseInterceptors } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { SchemaRegistry } from '../../schema/schema-registry.js';
import { DOCUMENTATION_CSP, documentationPage } from './openapi/documentation-page.js';
import { openApiDocument } from './openapi/openapi-document.js';
import { type ScimReply, ScimReplyInterceptor } from './reply.js';
import { baseUrlOf, type ScimRequest } from './request.js';
import { BASE_PATH, SCIM_SETTINGS, type ScimSettings } from './settings.js';

/** The API described from the schemas in force: for machines and for people. */
@Controller()
export class DocumentationController {
  constructor(
    private readonly registry: SchemaRegistry,
    @Inject(SCIM_SETTINGS) private readonly settings: ScimSettings,
  ) {}

  @Get(`${BASE_PATH}/openapi.json`)
  @UseInterceptors(ScimReplyInterceptor)
  openApi(@Req() request: ScimRequest): ScimReply {
    const resourceTypes = this.registry.resourceTypes.map((type) => type.document());
    const { schemas } = this.registry;
    const baseUrl = baseUrlOf(request, this.settings);
    const body = openApiDocument({ resourceTypes, schemas, baseUrl, version: this.settings.version });
    return { status: 200, body, headers: { 'content-type': 'application/json' } };
  }

  @Get('docs')
  page(@Req() request: ScimRequest, @Res() reply: FastifyReply): void {
    const resourceTypes = this.registry.resourceTypes.map((type) => type.document());
    const html = documentationPage(resourceTypes, this.registry.schemas, baseUrlOf(request, this.settings));
    void reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', DOCUMENTATION_CSP)
      .send(html);
  }
}
