import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { IsBoolean, IsOptional, IsString } from 'class-validator';
import type { JobKindName } from '../delivery/jobs/job.js';
import { Jobs } from '../delivery/jobs/jobs.js';
import { Targets } from '../delivery/targets.js';
import { checked } from './bodies.js';
import { jobView } from './job-view.js';

class JobBody {
  @IsString() target!: string;
  @IsOptional() @IsBoolean() apply?: boolean;
}

/** Starts a job over a whole target; it goes on whether or not anybody looks. */
@Injectable()
export class BeginJob {
  constructor(
    private readonly jobs: Jobs,
    private readonly targets: Targets,
  ) {}

  async begin(kind: JobKindName, body: unknown) {
    const { target, apply = false } = checked(JobBody, body);
    if (!this.targets.get(target)) throw new NotFoundException(`There is no target "${target}".`);
    const job = await this.jobs.begin(kind, target, apply);
    if (!job) throw new ConflictException(`A job of the kind ${kind} is already running on "${target}".`);
    return { job: jobView(job) };
  }
}
