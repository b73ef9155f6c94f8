import { Controller, Get, HttpCode, NotFoundException, Param, Post, Query } from '@nestjs/common';
import { IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { Scopes } from '../auth/index.js';
import { jobKinds, JobStore, type JobKindName, type JobState } from '../delivery/jobs/job.js';
import { checkedQuery } from './bodies.js';
import { jobView } from './job-view.js';

class JobsQuery {
  @IsOptional() @IsIn(jobKinds) kind?: JobKindName;
  @IsOptional() @IsString() target?: string;
  @IsOptional() @IsIn(['running', 'done', 'failed', 'cancelled']) state?: JobState;
  @IsOptional() @IsInt() @Min(1) @Max(100) limit?: number;
}

/** Long work over whole targets: how far it is, what it found, and ending it. */
@Scopes('operations')
@Controller('operations/v1/jobs')
export class JobsController {
  constructor(private readonly jobs: JobStore) {}

  @Get()
  async list(@Query() query: unknown) {
    const { limit = 20, ...filter } = checkedQuery(JobsQuery, query);
    const jobs = await this.jobs.list({ ...filter, limit });
    // What each found is shown one by one.
    return { jobs: jobs.map((job) => ({ ...job, result: { counts: job.result.counts ?? {} } })) };
  }

  @Get(':id')
  one(@Param('id') id: string) {
    return this.view(id);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  async cancel(@Param('id') id: string) {
    await this.jobs.cancel(id);
    return this.view(id);
  }

  private async view(id: string) {
    const job = await this.jobs.get(id);
    if (!job) throw new NotFoundException(`There is no job "${id}".`);
    return jobView(job);
  }
}
