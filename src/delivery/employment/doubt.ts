import type { UnitOfWork } from '../../identity/ports.js';
import type { EmploymentStore } from './employment-store.js';

/**
 * Tells the scheduler about an attempt that saw another time than the row allows: the clock was set back after the
 * resource was woken, and may be set forward again before anybody looks.
 */
export async function doubtPeriod(
  { employment, unitOfWork }: { employment: EmploymentStore; unitOfWork: UnitOfWork },
  resourceId: string,
  at: number,
): Promise<void> {
  const period = await employment.get(resourceId);
  if (!period) return;
  const { since = -Infinity, until = Infinity } = period;
  if (at < since || at >= until) await unitOfWork.run((tx) => employment.doubt(tx, resourceId));
}
