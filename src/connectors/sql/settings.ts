import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Min, ValidateIf, ValidateNested } from 'class-validator';
import { Secret } from '../setting.js';
import { identifierPattern, tablePattern } from './identifiers.js';

const isColumn = Matches(identifierPattern, { message: '$property is to be the name of a column' });
const isTable = Matches(tablePattern, { message: '$property is to be a table or schema.table' });

/** One table (or updatable view) of the application. Mapping lines name its columns. */
export class AccountTable {
  @isTable
  table: string;

  /** The primary key: our anchor. */
  @IsOptional()
  @isColumn
  key: string = 'id';

  /** Who makes the key: `resource` writes the resource's id into it, `database` leaves it to the table's default. */
  @IsOptional()
  @IsIn(['resource', 'database'])
  keyFrom: 'resource' | 'database' = 'resource';

  /** Text column that carries our stamp; index it. */
  @IsOptional()
  @isColumn
  stamp: string = 'landfall_stamp';

  /** Boolean column (0 and 1 in SQLite) that says whether the account may be used. */
  @IsOptional()
  @isColumn
  enabled?: string;
}

export class MembershipTable {
  @isTable
  table: string;

  @IsOptional()
  @isColumn
  group: string = 'group_id';

  @IsOptional()
  @isColumn
  member: string = 'member_id';

  /** Column that says `User` or `Group`. Without it, groups cannot be members of groups. */
  @IsOptional()
  @isColumn
  memberKind?: string;
}

/** `settings:` of a target with `kind: sql`. */
export class SqlSettings {
  @IsIn(['postgresql', 'sqlite'])
  engine: 'postgresql' | 'sqlite';

  /** `postgres://user:password@host/database?sslmode=verify-full` */
  @ValidateIf(({ engine }: SqlSettings) => engine === 'postgresql')
  @Secret()
  @IsString()
  url?: string;

  @ValidateIf(({ engine }: SqlSettings) => engine === 'sqlite')
  @IsString()
  file?: string;

  /** PEM of the authority that signed the server's certificate; with it, TLS is required and verified. */
  @IsOptional()
  @IsString()
  caFile?: string;

  @IsOptional()
  @IsInt()
  @Min(100)
  timeoutMs: number = 15_000;

  @ValidateNested()
  @Type(() => AccountTable)
  users: AccountTable;

  @IsOptional()
  @ValidateNested()
  @Type(() => AccountTable)
  groups?: AccountTable;

  @IsOptional()
  @ValidateNested()
  @Type(() => MembershipTable)
  memberships?: MembershipTable;
}
