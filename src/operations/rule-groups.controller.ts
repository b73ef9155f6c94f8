import { Controller, Get } from '@nestjs/common';
import { Scopes } from '../auth/index.js';
import { PassStore } from '../delivery/ports.js';
import { rulePassName } from '../delivery/passes/rule-pass.js';
import { RuleMemberships } from '../delivery/rule-groups/rule-memberships.js';

/** Which groups are made of rules, and how far a pass over everybody is. */
@Scopes('operations')
@Controller('operations/v1/rule-groups')
export class RuleGroupsController {
  constructor(
    private readonly rules: RuleMemberships,
    private readonly progress: PassStore,
  ) {}

  @Get()
  async list() {
    const pass = await this.progress.get(rulePassName);
    return {
      ruleGroups: this.rules.all().map(({ groupId, definition: { displayName, description, rule } }) => ({
        id: groupId,
        displayName,
        ...(description === undefined ? {} : { description }),
        rule: rule.document.rule,
        timeDependent: rule.timeDependent,
      })),
      ...(pass?.state === 'running' ? { reevaluating: { done: pass.done, total: pass.total } } : {}),
    };
  }
}
