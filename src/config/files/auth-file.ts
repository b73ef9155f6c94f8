import { Type } from 'class-transformer';
import {
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Min,
  ValidateNested,
} from 'class-validator';
import { Setting } from '../../connectors/setting.js';
import { IsDateText, IsDuration } from '../units.js';
import { tokenClients, tokenScopes } from './token-words.js';

export class TokenEntry {
  @Setting('Name of the token, as the provisioning log shows it.', { example: 'entra' })
  @IsString()
  name!: string;

  @Setting(
    '`sha256:` and the hash of the token, as `landfall token create` and `landfall token hash` print it.',
    {
      example: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    },
  )
  @Matches(/^sha256:[0-9a-f]{64}$/, {
    message:
      'must be sha256: and 64 hexadecimal digits, as `landfall token create` prints it; the token itself never stands here',
  })
  hash!: string;

  @Setting('From then on the token is refused.', { example: '2027-11-30T00:00:00Z' })
  @IsOptional()
  @IsDateText()
  expires?: string;

  @Setting('Whose deviations from the RFC are understood.')
  @IsOptional()
  @IsIn(tokenClients)
  client: 'entra' | 'okta' | 'generic' = 'entra';

  @Setting(
    'What the token is good for: `scim`, `inbound` (bulkUpload for its source), `operations` (command line), `metrics`, `events` (the event feed).',
  )
  @IsOptional()
  @IsArray()
  @ArrayUnique()
  @IsIn(tokenScopes, { each: true })
  scopes: string[] = ['scim'];

  @Setting('Owner of the externalIds that this token writes (RFC 7643 §3.1). Default: its name.', {
    example: 'entra',
  })
  @IsOptional()
  @IsString()
  source?: string;

  @Setting('userName that /Me stands for.', { example: 'nora@example.com' })
  @IsOptional()
  @IsString()
  user?: string;
}

export class FailuresBlock {
  @Setting(
    'Failed sign-ins of one client address that are answered within the time; more get 429. Good tokens never do.',
  )
  @IsOptional()
  @IsInt()
  @Min(1)
  allowed = 20;

  @Setting('The time in which they are counted.')
  @IsOptional()
  @IsDuration()
  within = '1m';
}

/** auth.yaml */
export class AuthFile {
  @Setting('Who may call. Several can be good at once, so that one is replaced without an interruption.')
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => TokenEntry)
  tokens: TokenEntry[] = [];

  @Setting('What is done about guessing.')
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => FailuresBlock)
  failures: FailuresBlock = new FailuresBlock();
}
