import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsInt, IsOptional, IsString, Max, Min, ValidateNested } from 'class-validator';
import { Secret, Setting } from '../../connectors/setting.js';
import { IsDuration } from '../units.js';

export class SigningKeyEntry {
  @Setting(
    'Private key in PEM form, by reference: Ed25519, EC P-256 or P-384, or RSA from 2048 bits. Make one with `openssl genpkey -algorithm ed25519`.',
    { example: 'file:../secrets/event-key.pem' },
  )
  @Secret()
  value!: string;
}

/** events.yaml */
export class EventsFile {
  @Setting(
    'Records every change as a security event (RFC 9967) and offers the feed at `/events` to tokens with the scope `events`.',
  )
  @IsOptional()
  @IsBoolean()
  enabled = false;

  @Setting('Issuer of the tokens (`iss`). Default: publicUrl of server.yaml, else `landfall`.', {
    example: 'https://scim.example.com',
  })
  @IsOptional()
  @IsString()
  issuer?: string;

  @Setting(
    'Keys that tokens are signed with. The first signs, all are published at `/.well-known/jwks.json`. Without any, tokens are not signed (`alg` none) and the receiver relies on TLS.',
  )
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => SigningKeyEntry)
  signingKeys: SigningKeyEntry[] = [];

  @Setting('How long a poll is held open while there is nothing to tell.')
  @IsOptional()
  @IsDuration()
  longPoll = '25s';

  @Setting('Tokens of one answer at most.')
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1000)
  maxEvents = 100;

  @Setting('How long events are kept, acknowledged or not.')
  @IsOptional()
  @IsDuration()
  retention = '30d';
}
