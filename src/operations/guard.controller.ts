import { BadRequestException, Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { IsArray, IsBoolean, IsOptional, IsString } from 'class-validator';
import { Scopes } from '../auth/index.js';
import { GuardDecisions } from '../delivery/guard-decisions.js';
import type { Link } from '../delivery/model.js';
import { checked, checkedQuery } from './bodies.js';

class GuardQuery {
  @IsOptional() @IsString() target?: string;
}

class DecisionBody {
  @IsOptional() @IsString() target?: string;
  @IsOptional() @IsArray() @IsString({ each: true }) links?: string[];
  @IsOptional() @IsBoolean() all?: boolean;
}

/** What the guard against accidents holds back, and an administrator's word on it. */
@Scopes('operations')
@Controller('operations/v1/guard')
export class GuardController {
  constructor(private readonly guard: GuardDecisions) {}

  @Get()
  async list(@Query() query: unknown) {
    const held = await this.guard.held(checkedQuery(GuardQuery, query).target);
    return {
      held: held.map(({ id, target, label, resourceId, resourceType, held: plan }) => ({
        id,
        target,
        label,
        resourceId,
        resourceType,
        ...plan,
      })),
    };
  }

  @Post('allow')
  @HttpCode(200)
  async allow(@Body() body: unknown) {
    const links = await this.chosen(body);
    for (const link of links) await this.guard.allow(link);
    return { allowed: links.length };
  }

  @Post('discard')
  @HttpCode(200)
  async discard(@Body() body: unknown) {
    const links = await this.chosen(body);
    for (const link of links) await this.guard.discard(link);
    return { discarded: links.length };
  }

  private async chosen(body: unknown): Promise<Link[]> {
    const { target, links, all } = checked(DecisionBody, body);
    if (!all && !links?.length)
      throw new BadRequestException('Say which: "links": [ids of `guard list`], or "all": true.');
    const held = await this.guard.held(target);
    return all ? held : held.filter((link) => links!.includes(link.id));
  }
}
