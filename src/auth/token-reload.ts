import { existsSync, unwatchFile, watchFile } from 'node:fs';
import { join } from 'node:path';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { loadAuthFile } from '../config/auth-options.js';
import { printProblem } from '../config/problem.js';
import type { Tokens } from './tokens.js';

/** Configuration management swaps files and mounts in ways that file events miss; a look every two seconds sees them all. */
const lookEveryMs = 2000;

/** Takes over auth.yaml when it changes, and on SIGHUP: tokens are rotated without a restart. A faulty file changes nothing. */
export class TokenReload implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Auth');
  private readonly file: string;
  private readonly reload = () => this.take();

  constructor(
    private readonly tokens: Tokens,
    private readonly folder: string,
  ) {
    this.file = join(folder, 'auth.yaml');
  }

  onApplicationBootstrap(): void {
    watchFile(this.file, { interval: lookEveryMs, persistent: false }, this.reload);
    // A terminal that goes away sends SIGHUP too, and then means the end.
    if (!process.stdout.isTTY) process.on('SIGHUP', this.reload);
  }

  onApplicationShutdown(): void {
    unwatchFile(this.file, this.reload);
    process.off('SIGHUP', this.reload);
  }

  private take(): void {
    // Between the moment an old file goes and the new one comes, nobody is to be locked out.
    if (!existsSync(this.file)) return;
    const { auth, problems } = loadAuthFile(this.folder);
    if (problems.length > 0) {
      const faults = problems.map((problem) => printProblem(problem, this.folder)).join('; ');
      this.logger.error(`auth.yaml changed but cannot be used, the former tokens stay: ${faults}`);
      return;
    }
    this.tokens.replace(auth.tokens);
    this.logger.warn(
      `auth.yaml was read again: ${auth.tokens.map(({ name }) => name).join(', ') || 'no tokens'}.`,
    );
  }
}
