import { employment, employmentPart, type Employment } from '../../employment/index.js';
import type { MappingInput } from '../../mapping/types.js';
import type { Attributes } from '../../schema/types.js';
import type { Transaction } from '../../identity/ports.js';
import type { StoreClock } from '../ports.js';

/** The part of a mapping input that depends on the day. */
export type Seen = Pick<MappingInput, 'attributes' | 'clientActive' | 'now'> & { employment?: Employment };

/** What dates come to today: everything that maps or judges a resource asks here. */
export class Calendar {
  constructor(
    private readonly clock: StoreClock,
    /** Where days begin and end for a resource that names no time zone. */
    readonly timeZone: string,
  ) {}

  /** Undefined for a resource without dates, which costs nothing. */
  async employmentOf(attributes: Attributes, tx?: Transaction): Promise<Employment | undefined> {
    return employmentPart(attributes) && employment(attributes, await this.clock.wall(tx), this.timeZone);
  }

  /**
   * The attributes as mapping sees them: `active` is what clients say and the dates allow. Only what has dates
   * asks the store for the time, so that everything that is woken by it goes by the same clock.
   */
  async seen(attributes: Attributes, tx?: Transaction): Promise<Seen> {
    const dated = employmentPart(attributes) !== undefined;
    return this.seenAt(attributes, dated ? await this.clock.wall(tx) : Date.now());
  }

  seenAt(attributes: Attributes, at: number): Seen {
    const now = new Date(at);
    const found = employment(attributes, at, this.timeZone);
    if (!found) return { attributes, now };
    const { active } = attributes;
    return {
      attributes: found.employed ? attributes : { ...attributes, active: false },
      ...(active === undefined ? {} : { clientActive: active }),
      employment: found,
      now,
    };
  }
}
