import type { PassProgress } from '../ports.js';

/** Work over everything, page by page, that goes on where it stopped. */
export interface Pass {
  readonly name: string;
  /** What everything is to be brought to; undefined: not the business of this replica now. */
  wanted(now: number): Promise<string | undefined>;
  /** Where to begin, given what was done before. */
  begin(wanted: string, previous: PassProgress | undefined): Promise<PassProgress>;
  /** One page; stores its progress and returns it. */
  page(progress: PassProgress): Promise<PassProgress>;
}

const dayMs = 86_400_000;

/** A revision that is new every day (UTC) where results move with the calendar. */
export function datedRevision(revision: string, timeDependent: boolean, now: number): string {
  return timeDependent ? `${revision}@${Math.floor(now / dayMs)}` : revision;
}

export const undated = (revision: string): string => revision.split('@')[0]!;
