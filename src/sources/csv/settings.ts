import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { Setting } from '../../connectors/setting.js';
import { encodings, type Encoding } from './decode.js';
import { delimiters, type Delimiter } from './delimiter.js';

/** How many may leave by one file; the smaller of the two counts. */
export class LeaversGuardBlock {
  @Setting('So many at most.')
  @IsOptional()
  @IsInt()
  @Min(0)
  count = 20;

  @Setting('So many percent at most of those whom the source has.')
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(100)
  percent = 5;
}

/** `settings:` of a source with `kind: csv`. */
export class CsvSettings {
  @Setting('What one row is: `User`, `Group` or a resource type of your own.')
  @IsOptional()
  @IsString()
  type = 'User';

  @Setting('The column with the id that never changes and belongs to one person only.', {
    example: 'EmployeeNo',
  })
  @IsString()
  @IsNotEmpty()
  externalId!: string;

  @Setting(
    'SCIM attribute and the column that it comes from, or an expression in which `[Column]` stands for a column.',
    {
      example: {
        userName: 'Mail',
        'name.familyName': 'Last name',
        active: 'IIF([Status]="A","True","False")',
      },
    },
  )
  @IsObject()
  mapping!: Record<string, string>;

  @Setting('Encoding of the file. `auto`: as its byte order mark says, without one UTF-8.')
  @IsOptional()
  @IsIn(encodings)
  encoding: Encoding = 'auto';

  @Setting('What parts the cells. `auto`: as the header shows.')
  @IsOptional()
  @IsIn(delimiters)
  delimiter: Delimiter = 'auto';

  @Setting('The mark before decimal places.')
  @IsOptional()
  @IsIn(['.', ','])
  decimal: '.' | ',' = '.';

  @Setting('How dates are written, in .NET format; several are tried in order. ISO 8601 is always read.', {
    example: ['dd.MM.yyyy'],
  })
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  dates: string[] = [];

  @Setting(
    'Columns with dates: they are read in those formats and handed on, also to expressions, as `2026-01-31`. Attributes of the type dateTime need no mention.',
    { example: ['First day', 'Last day'] },
  )
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  dateColumns: string[] = [];

  @Setting('Where dates without an offset begin and end. Default: `employer.timeZone` of delivery.yaml.', {
    example: 'Europe/Berlin',
  })
  @IsOptional()
  @IsString()
  timeZone?: string;

  @Setting('What an empty cell of a mapped column says: `clear` that there is no value, `ignore` nothing.')
  @IsOptional()
  @IsIn(['clear', 'ignore'])
  emptyCells: 'clear' | 'ignore' = 'clear';

  @Setting('What parts several values in one cell (members of a group).')
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  listSeparator = '|';

  @Setting('The source whose externalIds `manager` and `members` name. Default: this one.')
  @IsOptional()
  @IsString()
  referenceSource?: string;

  @Setting('Every file is complete: whoever is missing in it has left.')
  @IsOptional()
  @IsBoolean()
  full = false;

  @Setting('More leavers than this, and nobody leaves until `--allow-leavers` allows it.')
  @IsOptional()
  @ValidateNested()
  @Type(() => LeaversGuardBlock)
  leaversGuard: LeaversGuardBlock = new LeaversGuardBlock();

  @Setting('A folder whose files are imported as they arrive; relative to the configuration folder.', {
    example: '/srv/hr/outbox',
  })
  @IsOptional()
  @IsString()
  watch?: string;
}
