import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { FailuresBlock, type TokenEntry } from '../config/files.js';
import { duration } from '../config/units.js';
import { BearerGuard } from './bearer.guard.js';
import { BearerStrategy } from './bearer.strategy.js';
import { FailedAttempts } from './failed-attempts.js';
import { Refusal } from './refusal.js';
import { TokenReload } from './token-reload.js';
import { Tokens } from './tokens.js';

export interface AuthOptions {
  failures?: FailuresBlock;
  /** Configuration folder whose auth.yaml is read again when it changes. */
  reloadFrom?: string;
}

/** Who may call. Owns the guard in front of every route. */
@Module({})
export class AuthModule {
  static register(
    entries: readonly TokenEntry[],
    { failures = new FailuresBlock(), reloadFrom }: AuthOptions = {},
  ): DynamicModule {
    const tokens = new Tokens(entries);
    const attempts = new FailedAttempts(failures.allowed, duration(failures.within));
    const reload: Provider[] =
      reloadFrom === undefined
        ? []
        : [{ provide: TokenReload, useValue: new TokenReload(tokens, reloadFrom) }];
    return {
      module: AuthModule,
      imports: [PassportModule],
      providers: [
        { provide: Tokens, useValue: tokens },
        { provide: FailedAttempts, useValue: attempts },
        Refusal,
        BearerStrategy,
        { provide: APP_GUARD, useClass: BearerGuard },
        ...reload,
      ],
      exports: [Tokens, Refusal],
    };
  }
}
