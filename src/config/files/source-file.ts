import { ArrayUnique, IsArray, IsBoolean, IsIn, IsObject, IsOptional, IsString } from 'class-validator';
import { Setting } from '../../connectors/setting.js';

export const leaverPolicies = ['deactivate', 'delete', 'ignore'] as const;

/** sources/<name>.yaml */
export class SourceFile {
  @Setting('What feeds the gateway: `csv`, or `api` for bulkUpload alone.', { example: 'csv' })
  @IsString()
  kind!: string;

  @Setting('A source that is off is not read.')
  @IsOptional()
  @IsBoolean()
  enabled = true;

  @Setting(
    'Who of the store could be meant by a user with an unknown externalId: paths of attributes that identify a person, all of them looked at. Default none.',
    { example: '[employeeNumber, userName]' },
  )
  @IsOptional()
  @IsArray()
  @ArrayUnique()
  @IsString({ each: true })
  match: string[] = [];

  @Setting('The same for groups.', { example: '[displayName]' })
  @IsOptional()
  @IsArray()
  @ArrayUnique()
  @IsString({ each: true })
  matchGroups: string[] = [];

  @Setting('What becomes of a resource that the source has no more.')
  @IsOptional()
  @IsIn(leaverPolicies)
  leavers: 'deactivate' | 'delete' | 'ignore' = 'deactivate';

  @Setting('Attributes that no schema has: the record is refused, or they are left out.')
  @IsOptional()
  @IsIn(['refuse', 'ignore'])
  unknownAttributes: 'refuse' | 'ignore' = 'refuse';

  @Setting('Settings of the kind.')
  @IsOptional()
  @IsObject()
  settings: Record<string, unknown> = {};
}
