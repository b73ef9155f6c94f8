import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { Setting } from '../../setting.js';

/** Connections to the domain controller. */
export class PoolSettings {
  @Setting('Bound connections that are open at the same time at most.')
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(32)
  size = 4;

  @Setting(
    'A connection that was not used for so long is closed. A domain controller drops idle ones after 900 s.',
  )
  @IsOptional()
  @IsInt()
  @Min(1)
  idleSeconds = 300;

  @Setting('A connection is replaced at this age.')
  @IsOptional()
  @IsInt()
  @Min(1)
  maxAgeSeconds = 3600;

  @Setting('Idle connections read the root entry this often, so that no firewall forgets them.')
  @IsOptional()
  @IsInt()
  @Min(1)
  keepAliveSeconds = 240;
}

/** How long is waited for the domain controller. */
export class TimeoutSettings {
  @Setting('For TCP and TLS together.')
  @IsOptional()
  @IsInt()
  @Min(100)
  connectMs = 5_000;

  @Setting(
    'For one LDAP operation. When it passes, the connection is given up and the outcome counts as unknown.',
  )
  @IsOptional()
  @IsInt()
  @Min(100)
  operationMs = 30_000;

  @Setting(
    'For one page of a full listing. Some controllers gather all entries before the first page: a minute or more in a large domain.',
  )
  @IsOptional()
  @IsInt()
  @Min(100)
  listMs = 600_000;
}
