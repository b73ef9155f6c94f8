import { Controller, Get, HttpCode, ServiceUnavailableException } from '@nestjs/common';
import { StoreClock } from '../delivery/ports.js';
import { Open } from '../auth/index.js';

/** For supervisors and load balancers; without a token, so nothing here tells more than up or down. */
@Open()
@Controller('health')
export class HealthController {
  constructor(private readonly clock: StoreClock) {}

  @Get('live')
  @HttpCode(200)
  live() {
    return { status: 'live' };
  }

  /** Ready when the store answers. A target that is down does not make the gateway unready: changes are kept and queued. */
  @Get('ready')
  async ready() {
    try {
      await this.clock.now();
    } catch {
      throw new ServiceUnavailableException({ status: 'unready', store: 'does not answer' });
    }
    return { status: 'ready' };
  }
}
