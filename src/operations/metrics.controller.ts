import { Controller, Get, Header } from '@nestjs/common';
import { Scopes } from '../auth/index.js';
import { EdgeStore } from '../delivery/ports.js';
import { LinkStore } from '../delivery/link-store.js';
import { Targets } from '../delivery/targets.js';

const escape = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** Figures in the Prometheus text format. */
@Scopes('metrics')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly targets: Targets,
    private readonly links: LinkStore,
    private readonly edges: EdgeStore,
  ) {}

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  async metrics(): Promise<string> {
    const lines = [
      '# HELP landfall_links Links by target and state.',
      '# TYPE landfall_links gauge',
      '# HELP landfall_open_edges Memberships that a target has not seen: due, or parked after a refusal.',
      '# TYPE landfall_open_edges gauge',
      '# HELP landfall_target_available 1 when the target answers and is not paused.',
      '# TYPE landfall_target_available gauge',
    ];
    for (const target of this.targets.all()) {
      const name = escape(target.name);
      for (const [state, count] of Object.entries(await this.links.countByState(target.name))) {
        lines.push(`landfall_links{target="${name}",state="${state}"} ${count}`);
      }
      for (const [state, count] of Object.entries(await this.edges.countOpen(target.name))) {
        lines.push(`landfall_open_edges{target="${name}",state="${state}"} ${count}`);
      }
      const state = await target.state();
      const available = state.state === 'active' && state.unavailableSince === undefined;
      lines.push(`landfall_target_available{target="${name}"} ${available ? 1 : 0}`);
    }
    lines.push(
      '# TYPE process_resident_memory_bytes gauge',
      `process_resident_memory_bytes ${process.memoryUsage().rss}`,
    );
    return `${lines.join('\n')}\n`;
  }
}
