import { IsArray, IsOptional, IsString } from 'class-validator';
import { Setting } from '../setting.js';

/** `settings:` of a target with `kind: memory`. */
export class MemorySettings {
  @Setting('Attributes whose values no two accounts of a kind may share.')
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  unique: string[] = ['userName', 'displayName'];
}
