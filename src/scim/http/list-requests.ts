import { Inject, Injectable } from '@nestjs/common';
import type { Page, Query } from '../../identity/model.js';
import { ResourceService } from '../../identity/resource-service.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { badRequest } from '../../schema/scim-error.js';
import type { JsonObject } from '../../schema/types.js';
import { readFilter, resolveSortBy } from '../filter/resolve-filter.js';
import { pageRequest, searchParameters, sortOrder, type PageRequest } from './list-parameters.js';
import type { ScimReply } from './reply.js';
import type { RequestContext } from './request-reader.js';
import { projectionOf, render, viewOptions } from './resource-requests.js';
import { SCIM_SETTINGS, type ScimSettings } from './settings.js';

export const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const SEARCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/** Queries over one or several resource types (RFC 7644 §3.4.2 and §3.4.3, RFC 9865). */
@Injectable()
export class ListRequests {
  constructor(
    private readonly resources: ResourceService,
    @Inject(SCIM_SETTINGS) private readonly settings: ScimSettings,
  ) {}

  async list(types: readonly ResourceType[], context: RequestContext): Promise<ScimReply> {
    const dialect = types.length > 1 ? { ...context.dialect, ignoreUnknown: true } : context.dialect;
    const projections = new Map(
      types.map((type) => [type.name, { type, projection: projectionOf(type, { ...context, dialect }) }]),
    );
    const views = [...projections.values()].map(({ type, projection }) => viewOptions(type, projection));
    const request = pageRequest(context.parameters, this.settings);
    const page = await this.resources.search(
      {
        ...this.condition(types, context),
        ...request,
        types: types.map(({ name }) => name),
        withMembers: views.some(({ members }) => members),
        withGroups: views.some(({ groups }) => groups),
        withAccounts: views.some(({ accounts }) => accounts),
      },
      context.caller,
    );
    const resources = page.resources.map((view) => {
      const { type, projection } = projections.get(view.resource.type)!;
      return render(type, view, context.baseUrl, projection);
    });
    return { status: 200, body: listResponse(page, request, resources) };
  }

  /** `POST …/.search`: the same with the parameters in the body. */
  search(types: readonly ResourceType[], body: JsonObject, context: RequestContext): Promise<ScimReply> {
    const schemas = Object.entries(body).find(([name]) => name.toLowerCase() === 'schemas')?.[1];
    const named =
      Array.isArray(schemas) &&
      schemas.some((item) => typeof item === 'string' && item.toLowerCase() === SEARCH_SCHEMA.toLowerCase());
    if (!named) throw badRequest('invalidSyntax', `"schemas" does not name ${SEARCH_SCHEMA}.`);
    return this.list(types, { ...context, parameters: searchParameters(body) });
  }

  private condition(
    types: readonly ResourceType[],
    { parameters, dialect }: RequestContext,
  ): Pick<Query, 'filter' | 'sortBy' | 'sortOrder'> {
    const order = sortOrder(parameters);
    const condition: Pick<Query, 'filter' | 'sortBy' | 'sortOrder'> = {};
    if (parameters.filter !== undefined) condition.filter = readFilter(parameters.filter, types, dialect);
    if (parameters.sortBy === undefined || parameters.sortBy.trim() === '') return condition;
    if (parameters.cursor !== undefined)
      throw badRequest('invalidValue', '"sortBy" cannot be used together with "cursor".');
    return { ...condition, sortBy: resolveSortBy(parameters.sortBy, types), sortOrder: order };
  }
}

function listResponse(page: Page, request: PageRequest, resources: JsonObject[]): object {
  return {
    schemas: [LIST_SCHEMA],
    totalResults: page.totalResults,
    itemsPerPage: resources.length,
    ...(request.startIndex === undefined ? {} : { startIndex: request.startIndex }),
    ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }),
    Resources: resources,
  };
}
