import { Type } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Max,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';

import { Secret } from '../setting.js';

export const profiles = ['generic', 'entra', 'entra-bulk-upload'] as const;
export type Profile = (typeof profiles)[number];

const address = { require_tld: false, require_protocol: true, protocols: ['https', 'http'] };

/** RFC 6749 §4.4. */
export class ClientCredentials {
  @IsUrl(address)
  tokenUrl: string;

  @IsString()
  clientId: string;

  @IsString()
  @Secret()
  clientSecret: string;

  @IsOptional()
  @IsString()
  scope?: string;
}

/** Our own brake, where the server's limits are known: at most `calls` in any `perSeconds`. */
export class CallRate {
  @IsInt()
  @Min(1)
  calls: number;

  @IsInt()
  @Min(1)
  perSeconds: number;
}

/** `settings:` of a target with `kind: scim`. */
export class ScimTargetSettings {
  /** `https://app.example/scim/v2`; for `entra-bulk-upload` the address that ends in `/bulkUpload`. */
  @IsUrl(address)
  baseUrl: string;

  @IsOptional()
  @IsIn(profiles)
  profile: Profile = 'generic';

  /** A long-lived token, or `oauth`. */
  @ValidateIf(({ oauth }: ScimTargetSettings) => oauth === undefined)
  @IsString()
  @Secret()
  bearer?: string;

  @IsOptional()
  @ValidateNested()
  @Type(() => ClientCredentials)
  oauth?: ClientCredentials;

  /** PEM of the authority that signed the server's certificate, beside the ones that Node knows. */
  @IsOptional()
  @IsString()
  caFile?: string;

  /** How long one answer is waited for. */
  @IsOptional()
  @IsInt()
  @Min(100)
  @Max(120_000)
  timeoutMs: number = 30_000;

  /** The longest Retry-After that is waited for inside an attempt; a longer one ends it as unavailable. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(60_000)
  waitAtMostMs: number = 5_000;

  /** Where our stamp goes: an attribute that the server filters by and that no mapping line writes. */
  @IsOptional()
  @IsString()
  stampAttribute: string = 'externalId';

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1000)
  membersPerRequest?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1000)
  pageSize: number = 100;

  @IsOptional()
  @ValidateNested()
  @Type(() => CallRate)
  rate?: CallRate;
}
