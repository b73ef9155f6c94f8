import { Body, Controller, Get, HttpCode, NotFoundException, Param, Post, Req } from '@nestjs/common';
import { IsBoolean, IsOptional } from 'class-validator';
import { Scopes } from '../auth/index.js';
import { EdgeStore, StoreClock, TargetStore } from '../delivery/ports.js';
import { LinkStore } from '../delivery/link-store.js';
import { Targets, type RunningTarget } from '../delivery/targets.js';
import { Delivery } from '../delivery/delivery.js';
import { Reevaluation } from '../delivery/passes/reevaluation.js';
import { AfterRestore } from './after-restore.js';
import { checked } from './bodies.js';
import { callerOf } from './caller.js';

class ResumeBody {
  /** What the reconcile after a restore found may be written over. */
  @IsOptional() @IsBoolean() accept?: boolean;
}

const checkWithinMs = 60_000;

/** What targets there are, how they do, and pausing and resuming them. */
@Scopes('operations')
@Controller('operations/v1/targets')
export class TargetsController {
  constructor(
    private readonly targets: Targets,
    private readonly links: LinkStore,
    private readonly edges: EdgeStore,
    private readonly store: TargetStore,
    private readonly clock: StoreClock,
    private readonly delivery: Delivery,
    private readonly reevaluation: Reevaluation,
    private readonly restored: AfterRestore,
  ) {}

  @Get()
  async list() {
    return { targets: await Promise.all(this.targets.all().map((target) => this.status(target))) };
  }

  @Get(':name')
  one(@Param('name') name: string) {
    return this.status(this.named(name));
  }

  @Post(':name/pause')
  @HttpCode(200)
  async pause(@Param('name') name: string, @Req() request: unknown) {
    const target = this.named(name);
    const detail = `paused by ${callerOf(request).name}`;
    await this.store.pause(name, { reason: 'administrator', detail, at: await this.clock.now() });
    target.forget();
    return this.status(target);
  }

  @Post(':name/resume')
  @HttpCode(200)
  async resume(@Param('name') name: string, @Body() body: unknown) {
    const target = this.named(name);
    const { accept = false } = checked(ResumeBody, body);
    const preview = await this.restored.preview(target, accept);
    await this.store.resume(name);
    target.forget();
    this.delivery.dispatcher.wake();
    return { ...(await this.status(target)), ...(preview ? { preview: preview.counts } : {}) };
  }

  @Post(':name/check')
  @HttpCode(200)
  async check(@Param('name') name: string) {
    const findings = await this.named(name).definition.connector.check(AbortSignal.timeout(checkWithinMs));
    return { target: name, ok: findings.every((finding) => finding.severity !== 'error'), findings };
  }

  @Get(':name/rights')
  rights(@Param('name') name: string) {
    const { kind, settings, objects } = this.named(name).definition;
    if (!kind.rights)
      throw new NotFoundException(`The target "${name}" has no rights to delegate (kind ${kind.kind}).`);
    const mapped = Object.fromEntries(
      Object.entries(objects).map(([type, definition]) => [type, definition.mappedAttributes]),
    );
    const restores = Object.values(objects).some(({ whenMissing }) => whenMissing === 'restore');
    return { target: name, ...kind.rights(settings, mapped, { restores }) };
  }

  private named(name: string): RunningTarget {
    const target = this.targets.get(name);
    if (!target) throw new NotFoundException(`There is no target "${name}".`);
    return target;
  }

  private async status(target: RunningTarget) {
    const { kind, answer, parallel, revision } = target.definition;
    await target.refresh();
    const state = await target.state();
    const reevaluating = await this.reevaluation.of(target);
    return {
      name: target.name,
      kind: kind.kind,
      answer,
      parallel,
      revision,
      state: state.state,
      available: state.unavailableSince === undefined,
      ...(state.pause ? { pause: state.pause } : {}),
      ...(state.unavailableSince ? { unavailableSince: state.unavailableSince } : {}),
      ...(state.lastSuccessAt ? { lastSuccessAt: state.lastSuccessAt } : {}),
      ...(state.server ? { server: state.server } : {}),
      links: await this.links.countByState(target.name),
      ...(reevaluating ? { reevaluating } : {}),
      openEdges: await this.edges.countOpen(target.name),
    };
  }
}
