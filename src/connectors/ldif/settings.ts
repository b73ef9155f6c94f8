import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  ValidateNested,
} from 'class-validator';
import { FilePath, Setting } from '../setting.js';

export class ObjectPlace {
  @Setting('DN of the container for accounts whose mapping names none.')
  @IsString()
  container: string;

  @Setting('Object classes of a new account. Default: those of Windows Server AD.')
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @IsString({ each: true })
  objectClass?: string[];
}

/** `settings:` of a target with `kind: ldif`. */
export class LdifSettings {
  @Setting(
    'Where the files go: `2026-11-23.ldif` and the record of what was written. One gateway process writes here.',
  )
  @FilePath()
  folder: string;

  @Setting('Where users are made.')
  @ValidateNested()
  @Type(() => ObjectPlace)
  users: ObjectPlace;

  @Setting('Where groups are made.')
  @ValidateNested()
  @Type(() => ObjectPlace)
  groups: ObjectPlace;

  @Setting(
    'Attribute that carries our stamp, so that an account can be found again when a gateway takes over from files.',
  )
  @IsOptional()
  @IsString()
  stampAttribute: string = 'msDS-cloudExtensionAttribute1';

  @Setting('`write` puts passwords into the files, readable by whoever may read them.')
  @IsOptional()
  @IsIn(['never', 'write'])
  passwords: 'never' | 'write' = 'never';

  @Setting(
    'Windows refuses to enable an account without a password: such a record stays disabled, and says so.',
  )
  @IsOptional()
  @IsBoolean()
  enableWithoutPassword: boolean = false;
}
