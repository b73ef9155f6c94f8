import { leavesOf } from '../../schema/leaves.js';
import type { Json } from '../../schema/types.js';
import type { Resource } from '../model.js';
import { authorOf } from './authorship.js';

/** An attribute, who wrote it, and what others would write. */
export interface AttributeStatement {
  path: string;
  /** Absent where only offers are left. */
  value?: Json;
  /** Absent where nobody remembers. */
  author?: string;
  offers: { source: string; value: Json }[];
}

/** For people who ask why an attribute is as it is. */
export function statementsOf({ attributes, authorship }: Resource): AttributeStatement[] {
  const offered = new Set(Object.keys(authorship?.offers ?? {}));
  const statements: AttributeStatement[] = [];
  for (const [path, value] of leavesOf(attributes)) {
    const author = authorOf(authorship, path);
    const within = [...offered].find((one) => path === one || path.startsWith(`${one}.`));
    if (within !== undefined) offered.delete(within);
    const offers = within === undefined ? [] : offersAt(authorship!.offers[within]!);
    statements.push({ path, value, ...(author === undefined ? {} : { author }), offers });
  }
  for (const path of offered) statements.push({ path, offers: offersAt(authorship!.offers[path]!) });
  return statements;
}

const offersAt = (offers: Readonly<Record<string, Json>>): AttributeStatement['offers'] =>
  Object.entries(offers).map(([source, value]) => ({ source, value }));
