import { Type } from 'class-transformer';
import {
  IsBoolean,
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

import { Secret, Setting } from '../setting.js';
import { ProtectedAddress } from './protected-address.js';

export const profiles = ['generic', 'entra', 'entra-bulk-upload'] as const;
export type Profile = (typeof profiles)[number];

const address = { require_tld: false, require_protocol: true, protocols: ['https', 'http'] };

/** RFC 6749 §4.4. */
export class ClientCredentials {
  @Setting('Address of the token endpoint.')
  @IsUrl(address)
  tokenUrl: string;

  @Setting('Id of this client.')
  @IsString()
  clientId: string;

  @Setting('Secret of this client, by reference.')
  @IsString()
  @Secret()
  clientSecret: string;

  @Setting('Scope that is asked for, where the server wants one.')
  @IsOptional()
  @IsString()
  scope?: string;
}

/** Our own brake, where the server's limits are known: at most `calls` in any `perSeconds`. */
export class CallRate {
  @Setting('Calls in one period.')
  @IsInt()
  @Min(1)
  calls: number;

  @Setting('Length of the period.')
  @IsInt()
  @Min(1)
  perSeconds: number;
}

/** `settings:` of a target with `kind: scim`. */
export class ScimTargetSettings {
  @Setting('`https://app.example/scim/v2`; for `entra-bulk-upload` the address that ends in `/bulkUpload`.')
  @IsUrl(address)
  @ProtectedAddress()
  baseUrl: string;

  @Setting(
    'Takes `http://` addresses of other machines. Tokens and passwords then travel in clear: only where the network itself is protected, as by a service mesh.',
  )
  @IsOptional()
  @IsBoolean()
  plainHttp = false;

  @Setting(
    'What is known of the server: `generic` asks it; `entra` is Entra’s SCIM API; `entra-bulk-upload` its inbound provisioning.',
  )
  @IsOptional()
  @IsIn(profiles)
  profile: Profile = 'generic';

  @Setting('A long-lived token, or `oauth`.')
  @ValidateIf(({ oauth }: ScimTargetSettings) => oauth === undefined)
  @IsString()
  @Secret()
  bearer?: string;

  @Setting('OAuth 2.0 client credentials, instead of `bearer`.')
  @IsOptional()
  @ValidateNested()
  @ProtectedAddress((oauth) => (oauth as ClientCredentials).tokenUrl)
  @Type(() => ClientCredentials)
  oauth?: ClientCredentials;

  @Setting("PEM of the authority that signed the server's certificate, beside the ones that Node knows.")
  @IsOptional()
  @IsString()
  caFile?: string;

  @Setting('How long one answer is waited for.')
  @IsOptional()
  @IsInt()
  @Min(100)
  @Max(120_000)
  timeoutMs: number = 30_000;

  @Setting(
    'The longest Retry-After that is waited for inside an attempt; a longer one ends it as unavailable.',
  )
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(60_000)
  waitAtMostMs: number = 5_000;

  @Setting('Where our stamp goes: an attribute that the server filters by and that no mapping line writes.')
  @IsOptional()
  @IsString()
  stampAttribute: string = 'externalId';

  @Setting('Members in one PATCH. Default 100, with `entra` 20.')
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1000)
  membersPerRequest?: number;

  @Setting('Resources on one page of a list.')
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1000)
  pageSize: number = 100;

  @Setting('Our own brake, where the limits of the server are known.')
  @IsOptional()
  @ValidateNested()
  @Type(() => CallRate)
  rate?: CallRate;
}
