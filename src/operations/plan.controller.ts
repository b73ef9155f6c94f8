import { BadRequestException, Body, Controller, HttpCode, NotFoundException, Post } from '@nestjs/common';
import { IsInt, IsObject, IsOptional, IsString, Max, Min } from 'class-validator';
import { Scopes } from '../auth/index.js';
import { Previewing, type Preview } from '../delivery/preview.js';
import { RuleMemberships } from '../delivery/rule-groups/rule-memberships.js';
import { Targets } from '../delivery/targets.js';
import { statementsOf } from '../identity/authority/statements.js';
import { newId } from '../identity/id.js';
import type { Resource } from '../identity/model.js';
import { ResourceStore } from '../identity/ports.js';
import type { JsonObject } from '../schema/types.js';
import { checked } from './bodies.js';
import { FindResources } from './find-resources.js';

class PlanBody {
  /** Id, userName or displayName; without it everybody, page by page. */
  @IsOptional() @IsString() user?: string;
  /** A SCIM resource that is not in the store. */
  @IsOptional() @IsObject() resource?: JsonObject;
  @IsOptional() @IsString() target?: string;
  @IsOptional() @IsString() after?: string;
  @IsOptional() @IsInt() @Min(1) @Max(500) limit?: number;
}

const planWithinMs = 120_000;

/** What every target would do, and why; nothing is written. */
@Scopes('operations')
@Controller('operations/v1/plan')
export class PlanController {
  constructor(
    private readonly previewing: Previewing,
    private readonly find: FindResources,
    private readonly targets: Targets,
    private readonly resources: ResourceStore,
    private readonly rules: RuleMemberships,
  ) {}

  @Post()
  @HttpCode(200)
  async plan(@Body() body: unknown) {
    const { user, resource, target, after, limit = 100 } = checked(PlanBody, body);
    if (target !== undefined && !this.targets.get(target))
      throw new BadRequestException(`There is no target "${target}".`);
    const signal = AbortSignal.timeout(planWithinMs);
    if (resource) return this.one(unknownResource(resource), signal, target);
    if (user !== undefined) return this.known(await this.find.resource(user), signal, target);
    return this.everybody(signal, target, after, limit);
  }

  /** With who wrote each attribute, and what others would write. */
  private async known({ type, id }: Resource, signal: AbortSignal, target: string | undefined) {
    const resource = await this.resources.load(undefined, type, id, '');
    if (!resource) throw new NotFoundException(`${type} "${id}" was removed just now.`);
    return { ...(await this.one(resource, signal, target)), attributes: statementsOf(resource) };
  }

  /** With the rule groups that the resource would join and leave. */
  private async one(resource: Resource, signal: AbortSignal, target: string | undefined) {
    const ruleGroups = await this.rules.preview(resource);
    const answer = this.answer(await this.previewing.preview(resource, signal, target));
    return { ...answer, changesPending: answer.changesPending || ruleGroups.length > 0, ruleGroups };
  }

  private async everybody(
    signal: AbortSignal,
    target: string | undefined,
    after: string | undefined,
    limit: number,
  ) {
    const types = [
      ...new Set(this.targets.all().flatMap(({ definition }) => Object.keys(definition.objects))),
    ];
    const page = await this.resources.search(
      { types, count: limit, cursor: after ?? '', withMembers: false, withGroups: false },
      '',
    );
    const previews: Preview[] = [];
    for (const resource of page.resources)
      previews.push(...(await this.previewing.preview(resource, signal, target)));
    return {
      ...this.answer(previews),
      total: page.totalResults,
      ...(page.nextCursor ? { after: page.nextCursor } : {}),
    };
  }

  private answer(previews: Preview[]) {
    const pending = previews.some(
      ({ action, members, problem }) => action !== 'none' || members > 0 || problem !== undefined,
    );
    return { changesPending: pending, previews };
  }
}

function unknownResource(document: JsonObject): Resource {
  const {
    id,
    schemas,
    meta,
    externalId,
    members: _members,
    groups: _groups,
    password: _password,
    ...attributes
  } = document;
  const group = Array.isArray(schemas) && schemas.some((urn) => String(urn).endsWith(':Group'));
  const type = (meta as JsonObject | undefined)?.resourceType ?? (group ? 'Group' : 'User');
  const now = Date.now();
  return {
    id: typeof id === 'string' ? id : newId(),
    type: String(type),
    version: 0,
    created: now,
    lastModified: now,
    attributes,
    ...(typeof externalId === 'string' ? { externalId } : {}),
  };
}
