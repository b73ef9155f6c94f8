import type { Transaction } from '../../identity/ports.js';
import type { Link } from '../model.js';
import type { AttemptParts } from './parts.js';

type Pending = Awaited<ReturnType<AttemptParts['undecided']['pendingOfLink']>>;

/** Undecided changes that this attempt has seen: one that came while it was under way is decided by the next attempt. */
export async function decidable(parts: AttemptParts, tx: Transaction, link: Link): Promise<Pending> {
  const pending = await parts.undecided.pendingOfLink(tx, link.id);
  if (pending.length === 0) return pending;
  // Read after the rows: a change that is among them has raised the generation before.
  const now = await parts.links.get(link.id, tx);
  return now?.generation === link.generation ? pending : [];
}
