import { IsArray, IsOptional, IsString } from 'class-validator';

/** `settings:` of a target with `kind: memory`. */
export class MemorySettings {
  /** Attributes whose values no two accounts of a kind may share. */
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  unique: string[] = ['userName', 'displayName'];
}
