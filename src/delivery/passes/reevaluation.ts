import type { PassStore } from '../ports.js';
import type { RunningTarget } from '../targets.js';
import { passName } from './target-pass.js';

export interface ReevaluationProgress {
  /** Links that were delivered, or refused, under the mapping of now. */
  done: number;
  total: number;
}

/** How far a target is with what a change of its file asks for. */
export class Reevaluation {
  constructor(private readonly progress: PassStore) {}

  /** Undefined: nothing waits. */
  async of(target: RunningTarget): Promise<ReevaluationProgress | undefined> {
    const pass = await this.progress.get(passName(target.name));
    const { behind, total } = await this.progress.behind(target.name, target.definition.revision);
    if (behind === 0 && pass?.state !== 'running') return undefined;
    return { done: total - behind, total };
  }
}
