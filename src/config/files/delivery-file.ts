import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Min,
  ValidateNested,
} from 'class-validator';
import { Secret, Setting } from '../../connectors/setting.js';
import { IsDuration, IsTimeZone } from '../units.js';
import { GuardBlock } from './guard-block.js';

export class RetryBlock {
  @Setting('Pause after the first failed attempt; it doubles, with jitter, after each further one.')
  @IsOptional()
  @IsDuration()
  first = '2s';

  @Setting('Longest pause between attempts.')
  @IsOptional()
  @IsDuration()
  longest = '10m';

  @Setting('Attempts before a resource is parked. Unavailability of the target does not count.')
  @IsOptional()
  @IsInt()
  @Min(1)
  attempts = 12;
}

export class SealingKeyEntry {
  @Setting('Name of the key. It stands beside what was sealed with it: never use one again.', {
    example: '2026',
  })
  @IsString()
  name!: string;

  @Setting('Base64 of 32 random bytes, by reference. Make one with `openssl rand -base64 32`.', {
    example: 'file:../secrets/sealing-key',
  })
  @Secret()
  value!: string;
}

export class SecretsBlock {
  @Setting(
    'Keys that passwords are sealed with until they are delivered. The first seals; the others still open.',
  )
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => SealingKeyEntry)
  keys: SealingKeyEntry[] = [];
}

export class ReconcileBlock {
  @Setting(
    'How often every target is reconciled, with the drift policies applied. Default: only when asked for.',
    {
      example: '24h',
    },
  )
  @IsOptional()
  @IsDuration()
  every?: string;

  @Setting('Accounts that are looked at in a second.')
  @IsOptional()
  @IsInt()
  @Min(1)
  perSecond = 200;
}

export class RetentionBlock {
  @Setting('Records of the provisioning log.')
  @IsOptional()
  @IsDuration()
  log = '90d';

  @Setting('Jobs that have ended, with what they found.')
  @IsOptional()
  @IsDuration()
  jobs = '90d';

  @Setting('Decisions of the deciding target.')
  @IsOptional()
  @IsDuration()
  decisions = '1h';

  @Setting('Counts of the guard. Not less than the longest `window` of a guard.')
  @IsOptional()
  @IsDuration()
  guardCounts = '7d';
}

export class EmployerBlock {
  @Setting(
    'Where the first and the last day of work begin and end, for resources without a time zone of their own.',
    { example: 'Europe/Berlin' },
  )
  @IsOptional()
  @IsTimeZone()
  timeZone = 'UTC';
}

/** delivery.yaml */
export class DeliveryFile {
  @Setting('When a failed delivery is tried again.')
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RetryBlock)
  retry: RetryBlock = new RetryBlock();

  @Setting('Keys for secrets at rest.')
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => SecretsBlock)
  secrets: SecretsBlock = new SecretsBlock();

  @Setting('The guard against accidents of every target that has none of its own.')
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => GuardBlock)
  guard?: GuardBlock;

  @Setting('Comparing whole targets with the store.')
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ReconcileBlock)
  reconcile: ReconcileBlock = new ReconcileBlock();

  @Setting('Dates of joiners, movers and leavers.')
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => EmployerBlock)
  employer: EmployerBlock = new EmployerBlock();

  @Setting(
    'How long an initial password can be revealed, counted from the first day of work if that is later.',
  )
  @IsOptional()
  @IsDuration()
  initialPasswordLives = '14d';

  @Setting('How long a password given by a client waits for its target.')
  @IsOptional()
  @IsDuration()
  passwordWaits = '7d';

  @Setting('New accounts choose a password of their own at the first sign-in.')
  @IsOptional()
  @IsBoolean()
  mustChangeInitialPassword = true;

  @Setting('How long what was settled is kept. The event feed has its own setting in events.yaml.')
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RetentionBlock)
  retention: RetentionBlock = new RetentionBlock();
}
