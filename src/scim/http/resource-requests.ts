import { Inject, Injectable } from '@nestjs/common';
import type { AccountView, ResourceView } from '../../identity/model.js';
import { ResourceService, type ViewOptions } from '../../identity/resource-service.js';
import { isAccountsSchema } from '../../schema/builtin/accounts.schema.js';
import { requestsExtension, returnsAttribute, type Projection } from '../../schema/project/projection.js';
import { renderResource } from '../../schema/project/render-resource.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { ScimError } from '../../schema/scim-error.js';
import type { JsonObject } from '../../schema/types.js';
import { validateResource } from '../../schema/validate/validate-resource.js';
import { parseProjection } from '../filter/parse-projection.js';
import { compilePatch } from '../patch/compile-patch.js';
import { compileReplace } from '../patch/compile-replace.js';
import { formatEntityTag, matches } from './entity-tag.js';
import { attributeNames, type ListParameters } from './list-parameters.js';
import type { ScimReply } from './reply.js';
import type { RequestContext } from './request-reader.js';
import { SCIM_SETTINGS, type ScimSettings } from './settings.js';

/** The requests for one resource (RFC 7644 §3.3 to §3.6), of any type; behind the controllers, /Me and Bulk. */
@Injectable()
export class ResourceRequests {
  constructor(
    private readonly resources: ResourceService,
    @Inject(SCIM_SETTINGS) private readonly settings: ScimSettings,
  ) {}

  async create(type: ResourceType, body: JsonObject, context: RequestContext): Promise<ScimReply> {
    const projection = projectionOf(type, context);
    const resource = validateResource(type, body, { dialect: context.dialect });
    const view = await this.resources.create(
      type.name,
      resource,
      context.caller,
      viewOptions(type, projection),
    );
    return this.found(201, type, view, context, projection);
  }

  /** RFC 7644 §3.14: If-None-Match with the present version is answered 304. */
  async read(type: ResourceType, id: string, context: RequestContext): Promise<ScimReply> {
    const projection = projectionOf(type, context);
    const view = await this.resources.get(type.name, id, context.caller, viewOptions(type, projection));
    const { ifMatch, ifNoneMatch } = context.preconditions;
    if (ifMatch !== undefined && !matches(view.etag, ifMatch))
      throw new ScimError(412, undefined, 'The resource has another version.');
    if (ifNoneMatch !== undefined && matches(view.etag, ifNoneMatch))
      return { status: 304, headers: { etag: formatEntityTag(view.etag) } };
    return this.found(200, type, view, context, projection);
  }

  async replace(
    type: ResourceType,
    id: string,
    body: JsonObject,
    context: RequestContext,
  ): Promise<ScimReply> {
    const projection = projectionOf(type, context);
    const edit = compileReplace(type, body, context.dialect);
    const { view } = await this.resources.edit(
      type.name,
      id,
      edit,
      context.preconditions,
      context.caller,
      viewOptions(type, projection),
    );
    return this.found(200, type, view, context, projection);
  }

  /**
   * A user comes back whole, which Microsoft's samples and validator want; a group of any size is answered without its
   * members, which only an explicit `attributes=members` brings (RFC 7644 §3.5.2 permits 204).
   */
  async patch(type: ResourceType, id: string, body: JsonObject, context: RequestContext): Promise<ScimReply> {
    this.refuseManyOperations(body);
    const projection = projectionOf(type, context);
    const edit = compilePatch(type, body, context.dialect, id);
    const options = viewOptions(type, projection);
    const asked = asks(context.parameters);
    if (type.holdsMembers && !namesMembers(context.parameters)) options.members = false;
    const { view } = await this.resources.edit(
      type.name,
      id,
      edit,
      context.preconditions,
      context.caller,
      options,
    );
    if (type.holdsMembers && !asked) return { status: 204, headers: { etag: formatEntityTag(view.etag) } };
    return this.found(200, type, view, context, projection);
  }

  async remove(type: ResourceType, id: string, context: RequestContext): Promise<ScimReply> {
    await this.resources.remove(type.name, id, context.preconditions, context.caller);
    return { status: 204 };
  }

  private refuseManyOperations(body: JsonObject): void {
    const entry = Object.entries(body).find(([name]) => name.toLowerCase() === 'operations');
    const count = Array.isArray(entry?.[1]) ? entry[1].length : 0;
    if (count > this.settings.maxPatchOperations) {
      throw new ScimError(
        413,
        undefined,
        `The request has ${count} operations; at most ${this.settings.maxPatchOperations} are allowed.`,
      );
    }
  }

  private found(
    status: number,
    type: ResourceType,
    view: ResourceView,
    context: RequestContext,
    projection: Projection,
  ): ScimReply {
    return {
      status,
      headers: {
        location: `${context.baseUrl}${type.endpoint}/${view.resource.id}`,
        etag: formatEntityTag(view.etag),
      },
      body: render(type, view, context.baseUrl, projection),
    };
  }
}

export function projectionOf(
  type: ResourceType,
  { parameters, dialect }: Pick<RequestContext, 'parameters' | 'dialect'>,
): Projection {
  return parseProjection(
    type,
    {
      attributes: attributeNames(parameters.attributes),
      excludedAttributes: attributeNames(parameters.excludedAttributes),
    },
    dialect,
  );
}

/** Relations that the answer does not carry are not loaded: leaving members out keeps a large group cheap. */
export function viewOptions(type: ResourceType, projection: Projection): ViewOptions {
  return {
    members: type.holdsMembers && returnsAttribute(projection, 'members'),
    groups: type.attribute('groups') !== undefined && returnsAttribute(projection, 'groups'),
    accounts: type.extensions.some(
      ({ schema }) => isAccountsSchema(schema.id) && requestsExtension(projection, schema.id),
    ),
  };
}

export function render(
  type: ResourceType,
  view: ResourceView,
  baseUrl: string,
  projection: Projection,
): JsonObject {
  const { resource, etag, members, groups, accounts = [], displayNames } = view;
  const { id, attributes, externalId, created, lastModified } = resource;
  return renderResource(
    type,
    {
      id,
      attributes,
      created,
      lastModified,
      etag,
      ...(externalId === undefined ? {} : { externalId }),
      ...(accounts.length === 0 ? {} : { facts: accountFacts(accounts) }),
      ...(members === undefined ? {} : { members }),
      ...(groups === undefined ? {} : { groups }),
      ...(displayNames === undefined ? {} : { displayNames }),
    },
    { baseUrl, projection },
  );
}

/** The readOnly extension: what targets decided, never what a client wrote. */
const accountFacts = (accounts: readonly AccountView[]): JsonObject => ({
  accounts: accounts.map(({ target, state, anchor, facts }) => ({
    target,
    state,
    ...(anchor === undefined ? {} : { anchor }),
    ...facts,
  })),
});

const asks = ({ attributes, excludedAttributes }: ListParameters): boolean =>
  attributeNames(attributes).length > 0 || attributeNames(excludedAttributes).length > 0;

const namesMembers = ({ attributes }: ListParameters): boolean =>
  attributeNames(attributes).some((name) => /(^|:)members\b/i.test(name));
