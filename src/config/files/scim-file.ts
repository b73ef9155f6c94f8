import { IsInt, IsOptional, IsUrl, Max, Min } from 'class-validator';
import { Setting } from '../../connectors/setting.js';
import { IsDuration, IsSize } from '../units.js';

/** scim.yaml */
export class ScimFile {
  @Setting('Resources of a page when the client asks for no number.')
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1000)
  defaultPageSize = 100;

  @Setting('Resources of a page at most, whatever the client asks for.')
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10_000)
  maxPageSize = 1000;

  @Setting('How long a cursor is good for (RFC 9865).')
  @IsOptional()
  @IsDuration()
  cursorTimeout = '1h';

  @Setting('Largest request.')
  @IsOptional()
  @IsSize()
  maxBodySize = '8MB';

  @Setting('Deepest nesting of a request.')
  @IsOptional()
  @IsInt()
  @Min(4)
  @Max(256)
  maxJsonDepth = 32;

  @Setting('Operations of one bulk request.')
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100_000)
  maxBulkOperations = 1000;

  @Setting('Operations of one PATCH.')
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100_000)
  maxPatchOperations = 1000;

  @Setting('Where your own documentation is, as published in /ServiceProviderConfig.', {
    example: 'https://wiki.example.com/landfall',
  })
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true })
  documentationUri?: string;
}
