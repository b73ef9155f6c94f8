import type { Caller } from '../../identity/model.js';
import type { Job } from './job.js';
import { priorities, type Link } from '../model.js';
import type { LinkSubject } from '../link-store.js';

/** Whom the log and the store name; nobody waits for these changes. */
export function jobCaller({ kind, id }: Job): Caller {
  return { name: kind, client: 'generic', source: kind, scopes: [], correlationId: id, mode: 'bulk' };
}

export function raisedBy(
  job: Job,
  { target, resourceId, resourceType, label }: Pick<Link, 'target' | 'resourceId' | 'resourceType' | 'label'>,
): LinkSubject {
  const cause = { caller: job.kind, source: job.kind, correlationId: job.id };
  return { target, resourceId, resourceType, label, cause, priority: priorities.background };
}
