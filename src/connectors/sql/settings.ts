import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Min, ValidateIf, ValidateNested } from 'class-validator';
import { FilePath, Secret, Setting } from '../setting.js';
import { identifierPattern, tablePattern } from './identifiers.js';

const isColumn = Matches(identifierPattern, { message: '$property is to be the name of a column' });
const isTable = Matches(tablePattern, { message: '$property is to be a table or schema.table' });

/** One table (or updatable view) of the application. Mapping lines name its columns. */
export class AccountTable {
  @Setting('Name of the table.')
  @isTable
  table: string;

  @Setting('The primary key: our anchor.')
  @IsOptional()
  @isColumn
  key: string = 'id';

  @Setting(
    "Who makes the key: `resource` writes the resource's id into it, `database` leaves it to the table's default.",
  )
  @IsOptional()
  @IsIn(['resource', 'database'])
  keyFrom: 'resource' | 'database' = 'resource';

  @Setting('Text column that carries our stamp; index it.')
  @IsOptional()
  @isColumn
  stamp: string = 'landfall_stamp';

  @Setting('Boolean column (0 and 1 in SQLite) that says whether the account may be used.')
  @IsOptional()
  @isColumn
  enabled?: string;
}

export class MembershipTable {
  @Setting('Name of the table.')
  @isTable
  table: string;

  @Setting('Column with the key of the group.')
  @IsOptional()
  @isColumn
  group: string = 'group_id';

  @Setting('Column with the key of the member.')
  @IsOptional()
  @isColumn
  member: string = 'member_id';

  @Setting('Column that says `User` or `Group`. Without it, groups cannot be members of groups.')
  @IsOptional()
  @isColumn
  memberKind?: string;
}

/** `settings:` of a target with `kind: sql`. */
export class SqlSettings {
  @Setting('Which database it is.')
  @IsIn(['postgresql', 'sqlite'])
  engine: 'postgresql' | 'sqlite';

  @Setting('`postgres://user:password@host/database?sslmode=verify-full`')
  @ValidateIf(({ engine }: SqlSettings) => engine === 'postgresql')
  @Secret()
  url?: string;

  @Setting('The file of the SQLite database.')
  @ValidateIf(({ engine }: SqlSettings) => engine === 'sqlite')
  @FilePath()
  file?: string;

  @Setting(
    "PEM of the authority that signed the server's certificate; with it, TLS is required and verified.",
  )
  @IsOptional()
  @IsString()
  caFile?: string;

  @Setting('How long one statement, or a lock, is waited for.')
  @IsOptional()
  @IsInt()
  @Min(100)
  timeoutMs: number = 15_000;

  @Setting('The table of users.')
  @ValidateNested()
  @Type(() => AccountTable)
  users: AccountTable;

  @Setting('The table of groups. Without it, no groups.')
  @IsOptional()
  @ValidateNested()
  @Type(() => AccountTable)
  groups?: AccountTable;

  @Setting('The table of memberships.')
  @IsOptional()
  @ValidateNested()
  @Type(() => MembershipTable)
  memberships?: MembershipTable;
}
