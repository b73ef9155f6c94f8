import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-http-bearer';
import { Tokens, type TokenHolder } from './tokens.js';

/** RFC 6750 bearer tokens, by passport-http-bearer. */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  constructor(private readonly tokens: Tokens) {
    super();
  }

  validate(token: string): TokenHolder | false {
    return this.tokens.holder(token) ?? false;
  }
}
