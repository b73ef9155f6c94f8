import type { Applied, Plan, PlannedChange } from '../../connectors/connector.js';
import { newId } from '../../identity/id.js';
import type { Link, LinkError, LogRecord, LogStep } from '../model.js';
import { monotonic } from '../monotonic.js';

/** Collects the steps of one attempt and makes the provisioning-log record of it. */
export class AttemptLog {
  private readonly started = monotonic();
  private readonly steps: LogStep[] = [];
  private changes: readonly PlannedChange[] = [];
  private action = 'none';
  private account?: string;
  private entered: LogStep['name'];

  constructor(
    private readonly link: Link,
    first: LogStep['name'] = 'import',
  ) {
    this.entered = first;
  }

  /** What is being done now: where a failure belongs. */
  enter(name: LogStep['name']): void {
    this.entered = name;
  }

  step(name: LogStep['name'], status: LogStep['status'], detail: string): void {
    this.entered = name;
    this.steps.push({ name, status, detail });
  }

  failed(detail: string): void {
    this.step(this.entered, 'failure', detail);
  }

  /** What the target said after the writes. */
  applied(action: string, { anchor, warnings }: Pick<Applied, 'anchor' | 'warnings'>): void {
    this.step('apply', 'success', action);
    this.step(
      'verify',
      'success',
      anchor === undefined ? 'the target has carried it out' : `the target has it as ${anchor}`,
    );
    warnings.forEach((warning) => this.step('verify', 'skipped', warning));
  }

  planned(plan: Plan): void {
    this.action = plan.action;
    this.account = plan.account ?? this.account;
    this.changes = [...this.changes, ...plan.changes];
    this.step(
      'plan',
      'success',
      plan.action === 'none' ? 'nothing to do' : `${plan.action} ${plan.account ?? ''}`.trim(),
    );
    this.enter('apply');
  }

  /** True when the attempt wrote or meant to write something: what is worth a record. */
  get noteworthy(): boolean {
    return this.action !== 'none' || this.steps.some((step) => step.status === 'failure');
  }

  record(outcome: LogRecord['outcome'], at: number, anchor?: string, error?: LinkError): LogRecord {
    return {
      id: newId(),
      at,
      correlationId: this.link.cause.correlationId,
      caller: this.link.cause.caller,
      source: this.link.cause.source,
      target: this.link.target,
      resourceId: this.link.resourceId,
      resourceType: this.link.resourceType,
      label: this.link.label,
      ...((anchor ?? this.link.anchor) ? { anchor: anchor ?? this.link.anchor } : {}),
      ...(this.account === undefined ? {} : { account: this.account }),
      action: this.action,
      outcome,
      durationMs: monotonic() - this.started,
      attempt: this.link.attempts + 1,
      steps: this.steps,
      changes: [...this.changes],
      ...(error === undefined ? {} : { error }),
    };
  }
}
