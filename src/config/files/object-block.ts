import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsIn, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { Setting } from '../../connectors/setting.js';
import { IsDuration, IsScalar } from '../units.js';

export class ActionsBlock {
  @Setting('Accounts are created.')
  @IsOptional()
  @IsBoolean()
  create?: boolean;

  @Setting('Accounts are changed.')
  @IsOptional()
  @IsBoolean()
  update?: boolean;

  @Setting('Accounts are removed, as `onDelete` says.')
  @IsOptional()
  @IsBoolean()
  delete?: boolean;
}

export class ScopeClauseEntry {
  @Setting('SCIM path.', { example: 'department' })
  @IsString()
  attribute!: string;

  @Setting('One of the operators of docs/mapping.md.', { example: 'EQUALS' })
  @IsString()
  operator!: string;

  @Setting('What the attribute is compared with.', { example: 'Sales' })
  @IsOptional()
  @IsScalar()
  value?: string | number | boolean;
}

/** One line of `mapping`. Exactly one of source, constant, expression, reference. */
export class MappingEntry {
  @Setting('Attribute of the target.', { example: 'givenName' })
  @IsString()
  target!: string;

  @Setting('SCIM path of the value.', { example: 'name.givenName' })
  @IsOptional()
  @IsString()
  source?: string;

  @Setting('The value itself.')
  @IsOptional()
  @IsScalar()
  constant?: string | number | boolean;

  @Setting("The value in Entra's expression language.", { example: 'Join(" ", [surname], [givenName])' })
  @IsOptional()
  @IsString()
  expression?: string;

  @Setting('SCIM path of a resource whose account is referred to.', { example: 'manager' })
  @IsOptional()
  @IsString()
  reference?: string;

  @Setting('`create`: written with the new account, then left alone. Default `always`.')
  @IsOptional()
  @IsIn(['always', 'create'])
  apply?: 'always' | 'create';

  @Setting('Written with the new account where the source is empty.')
  @IsOptional()
  @IsScalar()
  default?: string | number | boolean;

  @Setting('An existing account with this value may be adopted; a number sets the precedence.')
  @IsOptional()
  @IsScalar()
  match?: boolean | number;

  @Setting('An empty source clears the attribute. Default true.')
  @IsOptional()
  @IsBoolean()
  clearWhenEmpty?: boolean;

  @Setting('No two accounts have the same value.')
  @IsOptional()
  @IsBoolean()
  unique?: boolean;

  @Setting('Every value of the source is written. Default: the first.')
  @IsOptional()
  @IsBoolean()
  multiValued?: boolean;

  @Setting('The value is never shown in a plan, a log or an error.')
  @IsOptional()
  @IsBoolean()
  secret?: boolean;

  @Setting('What reconcile does about another value in the target.')
  @IsOptional()
  @IsIn(['enforce', 'report', 'adopt'])
  drift?: 'enforce' | 'report' | 'adopt';
}

/** `users`, `groups` or a configured resource type in a target file. */
export class ObjectBlock {
  @Setting('Which actions are on. Default all.')
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ActionsBlock)
  actions?: ActionsBlock;

  @Setting('Who gets an account: groups of clauses; clauses of a group AND, groups OR. Default everybody.')
  @IsOptional()
  @IsArray()
  @IsArray({ each: true })
  @ValidateNested({ each: true })
  @Type(() => ScopeClauseEntry)
  scope?: ScopeClauseEntry[][];

  @Setting('What happens to the account of a resource that leaves the scope. Default disable.')
  @IsOptional()
  @IsIn(['disable', 'delete', 'retain', 'ignore'])
  outOfScope?: 'disable' | 'delete' | 'retain' | 'ignore';

  @Setting('Place of the account: plain text, or an expression.', {
    example: 'Switch([department], "OU=Staff,DC=example,DC=com", "Sales", "OU=Sales,DC=example,DC=com")',
  })
  @IsOptional()
  @IsString()
  container?: string;

  @Setting('Attribute mapping (docs/mapping.md). Without it, the default mapping of the kind.')
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => MappingEntry)
  mapping?: MappingEntry[];

  @Setting('What a DELETE does to the account. Default disable.')
  @IsOptional()
  @IsIn(['delete', 'disable', 'retain'])
  onDelete?: 'delete' | 'disable' | 'retain';

  @Setting('With `onDelete: disable`: the account is deleted this long after.', { example: '30d' })
  @IsOptional()
  @IsDuration()
  deleteAfter?: string;

  @Setting(
    'When the linked account is gone from the target. `restore`: it is brought back from what the target keeps of deleted accounts (Active Directory), with its identity. Default park.',
  )
  @IsOptional()
  @IsIn(['park', 'recreate', 'restore'])
  whenMissing?: 'park' | 'recreate' | 'restore';
}
