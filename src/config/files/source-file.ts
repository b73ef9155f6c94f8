import { IsBoolean, IsObject, IsOptional, IsString } from 'class-validator';
import { Setting } from '../../connectors/setting.js';

/** sources/<name>.yaml */
export class SourceFile {
  @Setting('What feeds the gateway: `csv`.', { example: 'csv' })
  @IsString()
  kind!: string;

  @Setting('A source that is off is not read.')
  @IsOptional()
  @IsBoolean()
  enabled = true;

  @Setting('Settings of the kind.')
  @IsOptional()
  @IsObject()
  settings: Record<string, unknown> = {};
}
