import { Type } from 'class-transformer';
import {
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { Setting } from '../../connectors/setting.js';
import { IsDuration } from '../units.js';
import { GuardBlock } from './guard-block.js';
import { ObjectBlock } from './object-block.js';

/** targets/<name>.yaml */
export class TargetFile {
  @Setting('Which connector: `active-directory`, `scim`, `ldif`, `sql`, `memory`, or `npm:<package>`.', {
    example: 'active-directory',
  })
  @IsString()
  kind!: string;

  @Setting(
    'A target that is off is checked, but not connected to, and its secrets are not read. Where it was on before, changes are kept and delivered when it is on again.',
  )
  @IsOptional()
  @IsBoolean()
  enabled = true;

  @Setting(
    '`delivered`: the answer to the client says what this target said; one target can. `stored`: it does not wait.',
  )
  @IsOptional()
  @IsIn(['delivered', 'stored'])
  answer: 'delivered' | 'stored' = 'delivered';

  @Setting(
    'How long an answer waits for this target; then the change is kept and delivered in the background.',
  )
  @IsOptional()
  @IsDuration()
  answerWithin = '8s';

  @Setting('`queue`: the change is kept and answered with success. `reject`: 503, and nothing is changed.')
  @IsOptional()
  @IsIn(['queue', 'reject'])
  whenUnavailable: 'queue' | 'reject' = 'queue';

  @Setting('Deliveries at the same time.')
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(64)
  parallel = 8;

  @Setting('Targets whose result this one reads (`targets.ad.mail` in a mapping).', { example: ['ad'] })
  @IsOptional()
  @IsArray()
  @ArrayUnique()
  @IsString({ each: true })
  dependsOn: string[] = [];

  @Setting('The guard against accidents. Default: that of delivery.yaml.')
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => GuardBlock)
  guard?: GuardBlock;

  @Setting('What `DefaultDomain()` gives in expressions. Default: the `domain` of the settings.', {
    example: 'example.com',
  })
  @IsOptional()
  @IsString()
  defaultDomain?: string;

  @Setting('Settings of the kind, listed below.')
  @IsOptional()
  @IsObject()
  settings: object = {};

  @Setting(
    'How users are delivered. A file without users, groups and resources delivers all that the kind can.',
  )
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ObjectBlock)
  users?: ObjectBlock;

  @Setting('How groups are delivered.')
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ObjectBlock)
  groups?: ObjectBlock;

  @Setting('How resources of configured types are delivered: a block like `users` by the name of the type.')
  @IsOptional()
  @IsObject()
  resources?: Record<string, ObjectBlock>;
}
