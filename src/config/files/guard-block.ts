import { IsInt, IsOptional, Min } from 'class-validator';
import { Setting } from '../../connectors/setting.js';
import { IsDuration } from '../units.js';

/** More than so many within the window are held until an administrator allows or discards them. */
export class GuardBlock {
  @Setting('The time in which effects are counted.')
  @IsOptional()
  @IsDuration()
  window = '1h';

  @Setting('Accounts that may be disabled within the window.', { example: 50 })
  @IsOptional()
  @IsInt()
  @Min(0)
  disables?: number;

  @Setting('Accounts that may be deleted within the window.', { example: 20 })
  @IsOptional()
  @IsInt()
  @Min(0)
  deletes?: number;

  @Setting('Memberships that may be removed within the window.', { example: 500 })
  @IsOptional()
  @IsInt()
  @Min(0)
  memberRemovals?: number;
}
