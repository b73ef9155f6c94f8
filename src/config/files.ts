import { Type } from 'class-transformer';
import {
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { Secret } from '../connectors/setting.js';
import { IsDuration, IsSize } from './units.js';

/** server.yaml: where the gateway listens. */
export class ServerFile {
  /** Address to listen on. Behind a reverse proxy: 127.0.0.1. */
  @IsOptional() @IsString() host = '127.0.0.1';
  /** The environment variable PORT beats it. */
  @IsOptional() @IsInt() @Min(1) @Max(65535) port = 8080;
  /** The gateway as clients reach it, for `Location` and `$ref`. */
  @IsOptional() @IsUrl({ require_tld: false, require_protocol: true }) publicUrl?: string;
  /** Addresses of reverse proxies whose X-Forwarded-For is believed. */
  @IsOptional() @IsArray() @IsString({ each: true }) trustedProxies: string[] = [];
  /** error, warn, info or debug. */
  @IsOptional() @IsIn(['error', 'warn', 'info', 'debug']) logLevel = 'info';
}

const scopes = ['scim', 'operations', 'metrics'];

/** One entry of `tokens` in auth.yaml. */
export class TokenEntry {
  /** Shown in the provisioning log. */
  @IsString() name!: string;
  /** `sha256:<hex>` of the token; made by `landfall token create`. */
  @Matches(/^sha256:[0-9a-f]{64}$/, {
    message:
      'must be sha256: and 64 hexadecimal digits, as `landfall token create` prints it; the token itself never stands here',
  })
  hash!: string;
  /** From then on the token is refused. */
  @IsOptional() @IsISO8601() expires?: string;
  /** Whose deviations from the RFC are understood. */
  @IsOptional() @IsIn(['entra', 'okta', 'generic']) client: 'entra' | 'okta' | 'generic' = 'entra';
  /** What the token may be used for. */
  @IsOptional() @IsArray() @ArrayUnique() @IsIn(scopes, { each: true }) scopes: string[] = ['scim'];
  /** Owner of the externalIds that this token writes; default its name. */
  @IsOptional() @IsString() source?: string;
  /** userName that /Me stands for. */
  @IsOptional() @IsString() user?: string;
}

/** auth.yaml: who may call. */
export class AuthFile {
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => TokenEntry) tokens: TokenEntry[] = [];
}

/** store.yaml: where the truth is kept. */
export class StoreFile {
  /** sqlite (one gateway) or postgres (several). */
  @IsOptional() @IsIn(['sqlite', 'postgres']) engine: 'sqlite' | 'postgres' = 'sqlite';
  /** Of the SQLite database, relative to the configuration folder. */
  @IsOptional() @IsString() file = '../data/landfall.sqlite';
  /** Connection URL of PostgreSQL, by reference. */
  @IsOptional() @Secret() url?: string;
  @IsOptional() @IsInt() @Min(2) @Max(200) poolSize = 16;
}

/** scim.yaml: limits of the SCIM service. */
export class ScimFile {
  @IsOptional() @IsInt() @Min(1) @Max(1000) defaultPageSize = 100;
  @IsOptional() @IsInt() @Min(1) @Max(10_000) maxPageSize = 1000;
  @IsOptional() @IsSize() maxBodySize = '8MB';
  @IsOptional() @IsInt() @Min(4) @Max(256) maxJsonDepth = 32;
  @IsOptional() @IsInt() @Min(1) @Max(100_000) maxBulkOperations = 1000;
  @IsOptional() @IsInt() @Min(1) @Max(100_000) maxPatchOperations = 1000;
  @IsOptional() @IsUrl({ require_tld: false }) documentationUri?: string;
}

export class RetryBlock {
  @IsOptional() @IsDuration() first = '2s';
  @IsOptional() @IsDuration() longest = '10m';
  /** Then the resource is parked. Unavailability of the target does not count. */
  @IsOptional() @IsInt() @Min(1) attempts = 12;
}

export class SealingKeyEntry {
  @IsString() name!: string;
  /** Base64 of 32 random bytes, by reference. The first key seals, the others still open. */
  @Secret() value!: string;
}

export class SecretsBlock {
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => SealingKeyEntry)
  keys: SealingKeyEntry[] = [];
}

/** delivery.yaml: how the truth reaches the targets. */
export class DeliveryFile {
  @IsOptional() @IsObject() @ValidateNested() @Type(() => RetryBlock) retry = new RetryBlock();
  @IsOptional() @IsObject() @ValidateNested() @Type(() => SecretsBlock) secrets = new SecretsBlock();
  /** How long an initial password can be revealed. */
  @IsOptional() @IsDuration() initialPasswordLives = '14d';
  /** How long a password given by a client waits for its target. */
  @IsOptional() @IsDuration() passwordWaits = '7d';
  /** New accounts choose a password of their own at the first sign-in. */
  @IsOptional() @IsBoolean() mustChangeInitialPassword = true;
  @IsOptional() @IsDuration() logRetention = '90d';
}

export class GuardBlock {
  @IsOptional() @IsDuration() window = '1h';
  /** Accounts disabled within the window before the rest is held. */
  @IsOptional() @IsInt() @Min(0) disables?: number;
  @IsOptional() @IsInt() @Min(0) deletes?: number;
  @IsOptional() @IsInt() @Min(0) memberRemovals?: number;
}

export class ActionsBlock {
  @IsOptional() @IsBoolean() create?: boolean;
  @IsOptional() @IsBoolean() update?: boolean;
  @IsOptional() @IsBoolean() delete?: boolean;
}

export class ScopeClauseEntry {
  @IsString() attribute!: string;
  @IsString() operator!: string;
  @IsOptional() value?: string | number | boolean;
}

/** One line of `mapping`; see docs/mapping.md. */
export class MappingEntry {
  @IsString() target!: string;
  @IsOptional() @IsString() source?: string;
  @IsOptional() constant?: string | number | boolean;
  @IsOptional() @IsString() expression?: string;
  @IsOptional() @IsString() reference?: string;
  @IsOptional() @IsIn(['always', 'create']) apply?: 'always' | 'create';
  @IsOptional() default?: string | number | boolean;
  @IsOptional() match?: boolean | number;
  @IsOptional() @IsBoolean() clearWhenEmpty?: boolean;
  @IsOptional() @IsBoolean() unique?: boolean;
  @IsOptional() @IsBoolean() multiValued?: boolean;
  @IsOptional() @IsBoolean() secret?: boolean;
  @IsOptional() @IsIn(['enforce', 'report', 'adopt']) drift?: 'enforce' | 'report' | 'adopt';
}

/** `users`, `groups`, or the name of a configured resource type, in a target file. */
export class ObjectBlock {
  @IsOptional() @IsObject() @ValidateNested() @Type(() => ActionsBlock) actions?: ActionsBlock;
  /** Groups of clauses: clauses AND, groups OR. */
  @IsOptional() @IsArray() scope?: ScopeClauseEntry[][];
  @IsOptional() @IsIn(['disable', 'delete', 'retain', 'ignore']) outOfScope?:
    'disable' | 'delete' | 'retain' | 'ignore';
  /** Expression or text for the place of the account. */
  @IsOptional() @IsString() container?: string;
  /** Without it the default mapping of the kind. */
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => MappingEntry) mapping?: MappingEntry[];
  /** What a DELETE does to the account. */
  @IsOptional() @IsIn(['delete', 'disable', 'retain']) onDelete?: 'delete' | 'disable' | 'retain';
  /** With onDelete disable: deleted this long after. */
  @IsOptional() @IsDuration() deleteAfter?: string;
  /** When the linked account is gone from the target. */
  @IsOptional() @IsIn(['park', 'recreate']) whenMissing?: 'park' | 'recreate';
}

/** targets/<name>.yaml: a system that accounts are delivered to. */
export class TargetFile {
  /** active-directory, scim, ldif, sql, memory, or `npm:<package>`. */
  @IsString() kind!: string;
  /** A target that is off is neither connected to nor are its secrets read. */
  @IsOptional() @IsBoolean() enabled = true;
  /** delivered: the answer to the client says what this target said. stored: it never waits. */
  @IsOptional() @IsIn(['delivered', 'stored']) answer: 'delivered' | 'stored' = 'delivered';
  @IsOptional() @IsDuration() answerWithin = '8s';
  /** queue: keep the change and answer success. reject: 503, and nothing is changed. */
  @IsOptional() @IsIn(['queue', 'reject']) whenUnavailable: 'queue' | 'reject' = 'queue';
  /** Attempts at the same time. */
  @IsOptional() @IsInt() @Min(1) @Max(64) parallel = 8;
  /** Targets whose result this one's mapping reads. */
  @IsOptional() @IsArray() @IsString({ each: true }) dependsOn: string[] = [];
  @IsOptional() @IsObject() @ValidateNested() @Type(() => GuardBlock) guard?: GuardBlock;
  /** For DefaultDomain() in expressions. */
  @IsOptional() @IsString() defaultDomain?: string;
  /** Of the kind; see its page. */
  @IsOptional() @IsObject() settings: object = {};
  @IsOptional() @IsObject() @ValidateNested() @Type(() => ObjectBlock) users?: ObjectBlock;
  @IsOptional() @IsObject() @ValidateNested() @Type(() => ObjectBlock) groups?: ObjectBlock;
  /** Other resource types by name. */
  @IsOptional() @IsObject() resources?: Record<string, ObjectBlock>;
}
