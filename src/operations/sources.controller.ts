import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Query,
  Req,
} from '@nestjs/common';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { Scopes } from '../auth/index.js';
import { IdentityError } from '../identity/identity.errors.js';
import { ResourceStore } from '../identity/ports.js';
import type { RecordResult } from '../sources/feed.js';
import { ParkedDecisions } from '../sources/intake/parked-decisions.js';
import type { ParkedRecord } from '../sources/intake/parked-records.js';
import { checked, checkedQuery } from './bodies.js';
import { callerOf } from './caller.js';
import { FindResources } from './find-resources.js';

class ParkedQuery {
  @IsOptional() @IsString() source?: string;
  @IsOptional() @IsInt() @Min(1) @Max(1000) limit?: number;
}

class AssignBody {
  @IsString() externalId!: string;
  /** `new`, or id, userName or displayName of the resource that the record means. */
  @IsString() resource!: string;
  @IsOptional() @IsString() type?: string;
}

/** Records that could mean two resources, and what a person decides about them. */
@Scopes('operations')
@Controller('operations/v1/sources')
export class SourcesController {
  constructor(
    private readonly decisions: ParkedDecisions,
    private readonly find: FindResources,
    private readonly resources: ResourceStore,
  ) {}

  @Get('parked')
  async parked(@Query() query: unknown) {
    const { source, limit = 100 } = checkedQuery(ParkedQuery, query);
    const records = await this.decisions.list(source, limit);
    const names = await this.resources.displayNames(records.flatMap(({ candidates }) => candidates));
    return {
      parked: records.map(({ candidates, ...record }) => ({
        ...record,
        candidates: candidates.map((id) => ({ id, ...nameOf(names.get(id)) })),
      })),
    };
  }

  @Post(':source/assign')
  @HttpCode(200)
  async assign(@Param('source') source: string, @Body() body: unknown, @Req() request: unknown) {
    const { externalId, resource, type } = checked(AssignBody, body);
    const record = await this.record(source, externalId, type);
    const caller = callerOf(request);
    try {
      const result =
        resource === 'new'
          ? await this.decisions.create(record, caller)
          : await this.decisions.assign(record, await this.find.id(resource), caller);
      return { result: accepted(result) };
    } catch (error) {
      if (error instanceof IdentityError && error.code === 'notFound')
        throw new NotFoundException(error.detail);
      throw error;
    }
  }

  private async record(source: string, externalId: string, type: string | undefined): Promise<ParkedRecord> {
    const found = await this.decisions.find(source, externalId);
    const records = found.filter((one) => type === undefined || one.type === type);
    const [record, other] = records;
    if (!record)
      throw new NotFoundException(
        `No record "${externalId}" of the source "${source}" waits for a decision.`,
      );
    if (other)
      throw new BadRequestException(
        `Records of the types ${records.map((one) => one.type).join(', ')} wait with this externalId: name the type.`,
      );
    return record;
  }
}

function accepted(result: RecordResult): RecordResult {
  if (result.outcome === 'rejected' || result.outcome === 'parked')
    throw new ConflictException(`The record cannot be taken: ${result.reason}`);
  return result;
}

const nameOf = (name: string | undefined): { name?: string } => (name === undefined ? {} : { name });
