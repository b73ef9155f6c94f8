import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { Scopes } from '../auth/index.js';
import { Delivery } from '../delivery/delivery.js';
import type { LinkState } from '../delivery/model.js';
import { EdgeStore } from '../delivery/ports.js';
import { LinkStore } from '../delivery/link-store.js';
import { checked, checkedQuery } from './bodies.js';
import { FindResources } from './find-resources.js';

const states = ['due', 'applied', 'parked', 'held', 'removing', 'retained'];

class LinkQuery {
  @IsOptional() @IsString() target?: string;
  @IsOptional() @IsIn(states) state?: LinkState;
  /** Resource id or userName. */
  @IsOptional() @IsString() resource?: string;
  @IsOptional() @IsString() after?: string;
  @IsOptional() @IsInt() @Min(1) @Max(1000) limit?: number;
}

class RetryBody {
  @IsOptional() @IsString() target?: string;
  @IsOptional() @IsString() resource?: string;
  @IsOptional() @IsIn(['parked', 'due', 'applied']) state?: LinkState;
}

/** The record of each resource in each target: what is applied, due, parked, and why. */
@Scopes('operations')
@Controller('operations/v1/links')
export class LinksController {
  constructor(
    private readonly links: LinkStore,
    private readonly edges: EdgeStore,
    private readonly find: FindResources,
    private readonly delivery: Delivery,
  ) {}

  @Get()
  async list(@Query() query: unknown) {
    const { resource, limit = 100, ...filter } = checkedQuery(LinkQuery, query);
    const resourceId = resource === undefined ? undefined : await this.find.id(resource);
    const links = await this.links.list({
      ...filter,
      limit,
      ...(resourceId === undefined ? {} : { resourceId }),
    });
    const parked = filter.target === undefined ? [] : await this.edges.parked(filter.target, resourceId);
    return {
      links: links.map(({ uniqueValues, leaseOwner: _owner, leaseUntil: _until, ...link }) => ({
        ...link,
        names: Object.fromEntries(Object.entries(uniqueValues).map(([name, { value }]) => [name, value])),
      })),
      parkedMemberships: parked,
      ...(links.length === limit ? { after: links.at(-1)!.id } : {}),
    };
  }

  @Post('retry')
  @HttpCode(200)
  async retry(@Body() body: unknown) {
    const { target, resource, state } = checked(RetryBody, body);
    const resourceId = resource === undefined ? undefined : await this.find.id(resource);
    const retried = await this.links.retry({
      ...(target === undefined ? {} : { target }),
      ...(resourceId === undefined ? { state: state ?? 'parked' } : { resourceId }),
    });
    this.delivery.dispatcher.wake();
    return { retried };
  }
}
