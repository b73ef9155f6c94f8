import { IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { Secret, Setting } from '../../connectors/setting.js';

/** store.yaml */
export class StoreFile {
  @Setting('`sqlite` for one gateway, `postgres` for several behind one address.')
  @IsOptional()
  @IsIn(['sqlite', 'postgres'])
  engine: 'sqlite' | 'postgres' = 'sqlite';

  @Setting('File of the SQLite database, relative to the configuration folder.')
  @IsOptional()
  @IsString()
  file = '../data/landfall.sqlite';

  @Setting('Connection URL of PostgreSQL, by reference.', { example: 'env:LANDFALL_DATABASE_URL' })
  @IsOptional()
  @Secret()
  url?: string;

  @Setting('Connections to PostgreSQL of each gateway.')
  @IsOptional()
  @IsInt()
  @Min(2)
  @Max(200)
  poolSize = 16;
}
