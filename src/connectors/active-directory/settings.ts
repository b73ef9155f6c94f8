import { Type } from 'class-transformer';
import {
  ArrayMinSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { Secret, Setting } from '../setting.js';
import { IsDistinguishedName } from './is-distinguished-name.js';
import { PoolSettings, TimeoutSettings } from './session/session-settings.js';

const SERVER_URL = /^ldaps?:\/\/[^/\s]+$/i;
const FINGERPRINT = /^(sha256\/)?[A-Za-z0-9+/]{43}=$/;

/** What becomes of an account whose resource is gone, beyond being disabled. */
export class LeaverSettings {
  @Setting('Organizational unit that leavers are moved to when they are disabled. Part of the managed scope.')
  @IsOptional()
  @IsDistinguishedName()
  moveTo?: string;

  @Setting(
    'Takes a leaver out of every managed group. Off by default: a restored leaver gets access back with the account.',
  )
  @IsOptional()
  @IsBoolean()
  stripGroups = false;

  @Setting('Attributes that are cleared when a leaver is disabled.')
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  scrub: string[] = [];

  @Setting(
    'Deletes what programs keep below an account (device containers, published services) together with it. Off by default; needs one more right (Delete Tree), which `landfall target rights` then prints.',
  )
  @IsOptional()
  @IsBoolean()
  deleteChildren = false;
}

abstract class PlaceSettings {
  @Setting('Organizational unit of new accounts where the mapping names no container.')
  @IsDistinguishedName()
  container: string;

  @Setting('The managed scope: nothing outside these is ever touched. Default: the container alone.')
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @IsDistinguishedName({ each: true })
  bases?: string[];

  @Setting('What happens to leavers.')
  @IsOptional()
  @ValidateNested()
  @Type(() => LeaverSettings)
  leavers: LeaverSettings = new LeaverSettings();
}

/** Where users live. */
export class UserSettings extends PlaceSettings {}

/** Where groups live, and what kind of groups are made. */
export class GroupSettings extends PlaceSettings {
  @Setting('Security groups grant access; distribution groups only receive mail.')
  @IsOptional()
  @IsIn(['security', 'distribution'])
  type: 'security' | 'distribution' = 'security';

  @Setting('Scope of new groups; universal where groups are used across domains.')
  @IsOptional()
  @IsIn(['global', 'universal', 'domainLocal'])
  scope: 'global' | 'universal' | 'domainLocal' = 'global';
}

/** Marks on new accounts by which a tool that copies this domain to Entra leaves them alone. */
export class LoopGuardSettings {
  @Setting(
    '`off`: accounts may be copied to Entra. `adminDescription`: written as `User_<id>` or `Group_<id>`, which Entra Connect filters by default.',
  )
  @IsOptional()
  @IsIn(['off', 'adminDescription', 'msDS-ExternalDirectoryObjectId'])
  mark: 'off' | 'adminDescription' | 'msDS-ExternalDirectoryObjectId' = 'off';
}

/** What is never touched, in addition to what is refused in any case (adminCount, critical objects, well-known RIDs). */
export class ProtectedSettings {
  @Setting('Accounts by distinguished name or account name.')
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  accounts: string[] = [];

  @Setting(
    'Groups by distinguished name or account name: neither they nor their direct and nested members are touched.',
  )
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  groups: string[] = [];
}

/** Generated passwords. The domain's own minimum length and complexity are always met. */
export class PasswordSettings {
  @Setting("Length of generated passwords; the domain's minimum when that is greater.")
  @IsOptional()
  @IsInt()
  @Min(12)
  @Max(120)
  length = 20;

  @Setting(
    "A new password must not be in the domain's history of the account, where the controller offers to compare (policy hints). Off by default: a reset is an administrative one.",
  )
  @IsOptional()
  @IsBoolean()
  history = false;
}

/** Settings of a target of kind `active-directory`. */
export class AdSettings {
  @Setting(
    '`ldaps://host[:port]`, or `ldap://host[:port]` together with `startTls`. In order of preference. Without it, `domain` is looked up in DNS.',
  )
  @ValidateIf((settings: AdSettings) => settings.servers !== undefined || settings.domain === undefined)
  @IsArray()
  @ArrayMinSize(1)
  @Matches(SERVER_URL, { each: true, message: 'each server is ldaps://host[:port] or ldap://host[:port]' })
  servers?: string[];

  @Setting(
    'DNS name of the domain: where its controllers are looked up (SRV records), and what is appended to a userName without `@`.',
  )
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  domain?: string;

  @Setting('Site whose controllers are preferred when they are looked up in DNS.')
  @IsOptional()
  @IsString()
  site?: string;

  @Setting(
    'Upgrades `ldap://` connections to TLS before signing in. Required for them: nothing is sent on an unprotected connection.',
  )
  @IsOptional()
  @IsBoolean()
  startTls = false;

  @Setting(
    "PEM file of the authorities that sign the controllers' certificates. Default: those of the operating system's Node.js.",
  )
  @IsOptional()
  @IsString()
  caFile?: string;

  @Setting(
    'Public keys (base64 of SHA-256 of the SPKI) of which the certificate must have one, besides being signed. Give two.',
  )
  @IsOptional()
  @IsArray()
  @Matches(FINGERPRINT, { each: true, message: 'each pin is the base64 of a SHA-256 digest' })
  pins: string[] = [];

  @Setting('Name that the certificate must bear, when the server is addressed by an IP that is not in it.')
  @IsOptional()
  @IsString()
  serverName?: string;

  @Setting('The service account: a distinguished name or user principal name.')
  @IsString()
  @IsNotEmpty()
  bindDn: string;

  @Setting('Its password, by reference: `env:NAME` or `file:path`.')
  @Secret()
  @IsNotEmpty()
  bindPassword: string;

  @Setting('Root of the domain. Default: what the controller says.')
  @IsOptional()
  @IsDistinguishedName()
  baseDn?: string;

  @Setting('Suffixes of user principal names, besides those that the forest lists.')
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  upnSuffixes: string[] = [];

  @Setting('Where users live.')
  @IsObject()
  @ValidateNested()
  @Type(() => UserSettings)
  users: UserSettings;

  @Setting('Where groups live. Absent: this target has no groups.')
  @IsOptional()
  @ValidateNested()
  @Type(() => GroupSettings)
  groups?: GroupSettings;

  @Setting(
    'Indexed attribute that holds our mark, written with the create so that a create whose answer was lost is found again.',
  )
  @IsOptional()
  @Matches(/^[A-Za-z][A-Za-z0-9-]*$/)
  anchorAttribute = 'msDS-cloudExtensionAttribute1';

  @Setting('Connections.')
  @IsOptional()
  @ValidateNested()
  @Type(() => PoolSettings)
  pool: PoolSettings = new PoolSettings();

  @Setting('Time limits.')
  @IsOptional()
  @ValidateNested()
  @Type(() => TimeoutSettings)
  timeouts: TimeoutSettings = new TimeoutSettings();

  @Setting('Generated passwords.')
  @IsOptional()
  @ValidateNested()
  @Type(() => PasswordSettings)
  passwords: PasswordSettings = new PasswordSettings();

  @Setting('Marks against copying accounts back to where they come from.')
  @IsOptional()
  @ValidateNested()
  @Type(() => LoopGuardSettings)
  loopGuard: LoopGuardSettings = new LoopGuardSettings();

  @Setting('What is never touched.')
  @IsOptional()
  @ValidateNested()
  @Type(() => ProtectedSettings)
  protected: ProtectedSettings = new ProtectedSettings();

  @Setting(
    'After a move to another controller, "not found" is not believed for so long, and no account is created.',
  )
  @IsOptional()
  @IsInt()
  @Min(0)
  replicationSeconds = 15;

  @Setting('A user that `landfall target check` may reset the password of, to prove the right.')
  @IsOptional()
  @IsDistinguishedName()
  canary?: string;
}
