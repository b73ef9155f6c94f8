import { IsInt, IsUrl, Max, Min, Secret, Setting } from '../../src/connectors/connector-kit.js';

/** `settings:` of a target with `kind: sample`. A name that ends in password, secret or token is given by reference. */
export class SampleSettings {
  @Setting('Address of the API, without a slash at the end.')
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['https', 'http'] })
  url!: string;

  @Setting('Token that is sent as bearer, by reference.')
  @Secret()
  token!: string;

  @Setting('How long one answer is waited for, in milliseconds.')
  @IsInt()
  @Min(100)
  @Max(120_000)
  timeoutMs: number = 10_000;
}
