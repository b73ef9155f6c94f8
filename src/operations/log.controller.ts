import { Controller, Get, Query } from '@nestjs/common';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { Scopes } from '../auth/index.js';
import { LogStore } from '../delivery/ports.js';
import { checkedQuery } from './bodies.js';
import { instant } from './instant.js';

class LogQuery {
  /** ISO 8601, milliseconds, or a duration back from now: `2h`. */
  @IsOptional() @IsString() since?: string;
  @IsOptional() @IsString() until?: string;
  @IsOptional() @IsString() target?: string;
  /** Resource id. */
  @IsOptional() @IsString() resource?: string;
  /** userName or displayName as it was. */
  @IsOptional() @IsString() label?: string;
  @IsOptional() @IsString() outcome?: string;
  @IsOptional() @IsString() action?: string;
  /** Name of the token that asked, or of the pass of ours. */
  @IsOptional() @IsString() caller?: string;
  @IsOptional() @IsString() correlationId?: string;
  /** Records after this id, oldest first. */
  @IsOptional() @IsString() after?: string;
  /** Records before this id, newest first: the next page of one without `after`. */
  @IsOptional() @IsString() before?: string;
  @IsOptional() @IsInt() @Min(1) @Max(5000) limit?: number;
}

/** The provisioning log: what happened to whom, why, step by step. */
@Scopes('operations')
@Controller('operations/v1/log')
export class LogController {
  constructor(private readonly logs: LogStore) {}

  @Get()
  async list(@Query() query: unknown) {
    const { since, until, resource, limit = 100, ...filter } = checkedQuery(LogQuery, query);
    const uuid = resource !== undefined && /^[0-9a-f-]{36}$/i.test(resource);
    const found = await this.logs.list({
      ...filter,
      // One more than asked for tells whether there is another page.
      limit: limit + 1,
      ...(resource === undefined ? {} : uuid ? { resourceId: resource } : { label: resource }),
      ...(since === undefined ? {} : { since: instant(since, 'since') }),
      ...(until === undefined ? {} : { until: instant(until, 'until') }),
    });
    const records = found.slice(0, limit);
    const newest = filter.after === undefined ? records[0] : records.at(-1);
    return { records, more: found.length > limit, ...(newest ? { next: newest.id } : {}) };
  }
}
