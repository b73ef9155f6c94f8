import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  PayloadTooLargeException,
  Post,
  Req,
  StreamableFile,
} from '@nestjs/common';
import { IsBoolean, IsInt, IsNotEmpty, IsOptional, IsString, Matches, Min } from 'class-validator';
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Scopes } from '../auth/index.js';
import { JobStore } from '../delivery/jobs/job.js';
import { BeginImport, NoSuchFile, type WantedImport } from '../sources/csv/begin-import.js';
import { detailsOf } from '../sources/csv/import-details.js';
import { ImportFiles, UploadTooLarge } from '../sources/csv/import-files.js';
import { checked } from './bodies.js';
import { jobView } from './job-view.js';

class CsvImportBody {
  @IsString() source!: string;
  /** For messages. */
  @IsString() @IsNotEmpty() name!: string;
  /** SHA-256 of a file that was uploaded before. */
  @Matches(/^[0-9a-f]{64}$/) digest!: string;
  @IsOptional() @IsBoolean() apply?: boolean;
  @IsOptional() @IsBoolean() full?: boolean;
  @IsOptional() @IsInt() @Min(0) allowLeavers?: number;
  @IsOptional() @IsBoolean() resume?: boolean;
}

/** Feeds the people of a CSV file through a source. */
@Scopes('operations')
@Controller('operations/v1/import/csv')
export class CsvImportController {
  constructor(
    private readonly beginning: BeginImport,
    private readonly files: ImportFiles,
    private readonly jobs: JobStore,
  ) {}

  @Post('files/:source')
  @HttpCode(201)
  async upload(@Param('source') source: string, @Req() { body }: { body?: unknown }) {
    this.checkSource(source);
    if (!(body instanceof Readable)) throw new BadRequestException('Send the file as text/csv.');
    try {
      return await this.files.receive(source, body);
    } catch (error) {
      if (error instanceof UploadTooLarge)
        throw new PayloadTooLargeException('The file is larger than 4 GB.');
      throw error;
    }
  }

  @Post()
  @HttpCode(202)
  async begin(@Body() body: unknown) {
    const { resume = false, apply = false, ...wanted } = checked(CsvImportBody, body);
    this.checkSource(wanted.source);
    const job = await this.start(
      {
        ...wanted,
        apply,
        uploaded: true,
        file: this.files.uploaded(wanted.source, wanted.digest),
        rejectedFile: this.files.newRejectedFile(),
      },
      resume,
    );
    if (!job)
      throw new ConflictException(
        `Another import of "${wanted.source}" is running; follow it with --resume.`,
      );
    return { job: jobView(job) };
  }

  @Get('jobs/:id/rejected')
  async rejected(@Param('id') id: string): Promise<StreamableFile> {
    const job = await this.jobs.get(id);
    const file = job?.kind === 'csv' ? detailsOf(job).rejectedFile : undefined;
    const there =
      file !== undefined &&
      (await access(file).then(
        () => true,
        () => false,
      ));
    if (!there) throw new NotFoundException(`There are no rejected rows of a job "${id}" here.`);
    return new StreamableFile(createReadStream(file), { type: 'text/csv; charset=utf-8' });
  }

  private async start(wanted: WantedImport, resume: boolean) {
    try {
      return await (resume ? this.beginning.resume(wanted) : this.beginning.begin(wanted));
    } catch (error) {
      if (!(error instanceof NoSuchFile)) throw error;
      throw new NotFoundException('There is no such file here: upload it first.');
    }
  }

  private checkSource(source: string): void {
    if (!this.beginning.has(source))
      throw new NotFoundException(`There is no source "${source}" of kind csv.`);
  }
}
