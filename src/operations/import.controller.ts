import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Scopes } from '../auth/index.js';
import { BeginJob } from './begin-job.js';

/** Brings existing accounts of a target into the store. */
@Scopes('operations')
@Controller('operations/v1/import')
export class ImportController {
  constructor(private readonly beginning: BeginJob) {}

  @Post('target')
  @HttpCode(202)
  target(@Body() body: unknown) {
    return this.beginning.begin('import', body);
  }
}
