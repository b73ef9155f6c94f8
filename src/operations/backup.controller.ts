import { BadRequestException, Body, ConflictException, Controller, HttpCode, Post } from '@nestjs/common';
import { IsString } from 'class-validator';
import { Scopes } from '../auth/index.js';
import { Jobs } from '../delivery/jobs/jobs.js';
import { StoreCopy } from '../delivery/jobs/store-copy.js';
import { BackupWork } from './backup-work.js';
import { checked } from './bodies.js';
import { jobView } from './job-view.js';

class BackupBody {
  /** Absolute, on the machine of the gateway. */
  @IsString() file!: string;
}

/** Copies the store while the gateway runs. */
@Scopes('operations')
@Controller('operations/v1/backup')
export class BackupController {
  constructor(
    private readonly jobs: Jobs,
    private readonly copy: StoreCopy,
  ) {
    jobs.add(new BackupWork(copy));
  }

  @Post()
  @HttpCode(202)
  async backup(@Body() body: unknown) {
    const { file } = checked(BackupBody, body);
    if (!this.copy.supported)
      throw new BadRequestException('PostgreSQL is copied with its own tools, e.g. pg_dump --format=custom.');
    const job = await this.jobs.begin('backup', 'store', false, { progress: { details: { file } } });
    if (!job) throw new ConflictException('A backup is being made already.');
    return { job: jobView(job) };
  }
}
