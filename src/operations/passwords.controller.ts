import { Body, Controller, HttpCode, NotFoundException, Post, Req } from '@nestjs/common';
import { IsOptional, IsString } from 'class-validator';
import { Scopes } from '../auth/index.js';
import { PasswordReveal } from '../delivery/reveal.js';
import { checked } from './bodies.js';
import { callerOf } from './caller.js';
import { FindResources } from './find-resources.js';

class RevealBody {
  @IsString() user!: string;
  @IsOptional() @IsString() target?: string;
}

/** Initial passwords: shown once, then gone; every showing is in the provisioning log. */
@Scopes('operations')
@Controller('operations/v1/passwords')
export class PasswordsController {
  constructor(
    private readonly find: FindResources,
    private readonly passwords: PasswordReveal,
  ) {}

  @Post('reveal')
  @HttpCode(200)
  async reveal(@Body() body: unknown, @Req() request: unknown) {
    const { user, target } = checked(RevealBody, body);
    const passwords = await this.passwords.reveal(await this.find.id(user), callerOf(request), target);
    if (passwords.length === 0) {
      throw new NotFoundException(
        `No initial password of "${user}" waits to be revealed: it was revealed before, has expired, or the account was given a password.`,
      );
    }
    return { user, passwords };
  }
}
