import type { LoggerService } from '@nestjs/common';
import { pino } from 'pino';

/** Structured lines on standard output; what is secret by its name never gets there. */
export class GatewayLog implements LoggerService {
  private readonly lines;

  constructor(level: string) {
    this.lines = pino({
      level,
      redact: {
        paths: [
          'password',
          '*.password',
          'unicodePwd',
          '*.unicodePwd',
          'token',
          '*.token',
          'authorization',
          '*.authorization',
        ],
        censor: '•••',
      },
      timestamp: pino.stdTimeFunctions.isoTime,
    });
  }

  info(detail: Record<string, unknown>, message: string): void {
    this.lines.info(detail, message);
  }
  warn(first: Record<string, unknown> | string, message?: unknown): void {
    if (typeof first === 'string') this.lines.warn(first);
    else this.lines.warn(first, String(message));
  }
  error(first: Record<string, unknown> | string | Error, ...rest: unknown[]): void {
    if (first instanceof Error) this.lines.error({ err: first }, first.message);
    else if (typeof first === 'string') this.lines.error({ stack: rest[0] }, first);
    else this.lines.error(first, String(rest[0]));
  }
  log(message: unknown): void {
    this.lines.debug(String(message));
  }
  debug(message: unknown): void {
    this.lines.debug(String(message));
  }
  verbose(message: unknown): void {
    this.lines.trace(String(message));
  }
}
