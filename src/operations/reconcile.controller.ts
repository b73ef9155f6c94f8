import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Scopes } from '../auth/index.js';
import { BeginJob } from './begin-job.js';

/** Compares a whole target with the store. */
@Scopes('operations')
@Controller('operations/v1/reconcile')
export class ReconcileController {
  constructor(private readonly beginning: BeginJob) {}

  @Post()
  @HttpCode(202)
  reconcile(@Body() body: unknown) {
    return this.beginning.begin('reconcile', body);
  }
}
