import { Type } from 'class-transformer';
import { IsArray, IsOptional, IsString, ValidateNested } from 'class-validator';
import { Setting } from '../../connectors/setting.js';
import { ScopeClauseEntry } from './object-block.js';

/** One entry of rule-groups.yaml: a group whose members are those who meet its rule. */
export class RuleGroupEntry {
  @Setting('Name of the group; no other group has it.', { example: 'Sales in Berlin' })
  @IsString()
  displayName!: string;

  @Setting('For whoever reads the file.')
  @IsOptional()
  @IsString()
  description?: string;

  @Setting('Who is a member: groups of clauses; clauses of a group AND, groups OR.')
  @IsArray()
  @IsArray({ each: true })
  @ValidateNested({ each: true })
  @Type(() => ScopeClauseEntry)
  rule!: ScopeClauseEntry[][];
}
