import { EqualityFilter, OrFilter } from 'ldapts';
import type { AdSession } from '../session/ad-session.js';
import { guidOf } from '../values/guid.js';

/** What the domain's own schema says about an attribute (MS-ADTS §3.1.1.2.3). */
export interface AdAttribute {
  /** In the spelling of the schema. */
  name: string;
  syntax: string;
  singleValued: boolean;
  rangeLower?: number;
  rangeUpper?: number;
  indexed: boolean;
  /** Computed or written by the system only. */
  readOnly: boolean;
  schemaGuid: string;
}

const SYNTAX_WITH_DN = '2.5.5.1';
const ASKED_AT_ONCE = 100;

/** The definitions of the attributes that a target uses; asked for once. */
export class AdSchema {
  readonly #attributes = new Map<string, AdAttribute>();
  readonly #asked = new Set<string>();

  attribute(name: string): AdAttribute | undefined {
    return this.#attributes.get(name.toLowerCase());
  }

  /** In the schema's own spelling, which is also that of the answers. */
  spelling(name: string): string {
    return this.attribute(name)?.name ?? name;
  }

  isReference(name: string): boolean {
    return this.attribute(name)?.syntax === SYNTAX_WITH_DN;
  }

  async load(session: AdSession, names: readonly string[]): Promise<void> {
    const missing = [...new Set(names.map((name) => name.toLowerCase()))].filter(
      (name) => !this.#asked.has(name),
    );
    for (let at = 0; at < missing.length; at += ASKED_AT_ONCE) {
      const some = missing.slice(at, at + ASKED_AT_ONCE);
      const filters = some.map((value) => new EqualityFilter({ attribute: 'lDAPDisplayName', value }));
      const entries = await session.search(session.identity.schemaNamingContext, {
        scope: 'one',
        filter: new OrFilter({ filters }),
        attributes: [
          ...[
            'lDAPDisplayName',
            'attributeSyntax',
            'isSingleValued',
            'rangeLower',
            'rangeUpper',
            'searchFlags',
          ],
          ...['systemOnly', 'systemFlags', 'schemaIDGUID'],
        ],
      });
      for (const entry of entries) {
        if (entry.one('attributeSyntax') === undefined) continue;
        const flags = entry.number('systemFlags') ?? 0;
        const attribute: AdAttribute = {
          name: entry.one('lDAPDisplayName')!,
          syntax: entry.one('attributeSyntax')!,
          singleValued: entry.one('isSingleValued') === 'TRUE',
          indexed: ((entry.number('searchFlags') ?? 0) & 1) === 1,
          readOnly: entry.one('systemOnly') === 'TRUE' || (flags & 4) === 4,
          schemaGuid: guidOf(Buffer.from(entry.raw('schemaIDGUID')[0]!)),
          ...rangeOf('rangeLower', entry.number('rangeLower')),
          ...rangeOf('rangeUpper', entry.number('rangeUpper')),
        };
        this.#attributes.set(attribute.name.toLowerCase(), attribute);
      }
      some.forEach((name) => this.#asked.add(name));
    }
  }
}

function rangeOf<K extends string>(key: K, value: number | undefined): Partial<Record<K, number>> {
  return value === undefined || Number.isNaN(value) ? {} : ({ [key]: value } as Record<K, number>);
}
