import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import type { TokenEntry } from '../config/files.js';
import { BearerGuard } from './bearer.guard.js';
import { BearerStrategy } from './bearer.strategy.js';
import { Tokens } from './tokens.js';

/** Who may call. Owns the guard in front of every route. */
@Module({})
export class AuthModule {
  static register(tokens: readonly TokenEntry[]): DynamicModule {
    return {
      module: AuthModule,
      imports: [PassportModule],
      providers: [
        { provide: Tokens, useValue: new Tokens(tokens) },
        BearerStrategy,
        { provide: APP_GUARD, useClass: BearerGuard },
      ],
      exports: [Tokens],
    };
  }
}
