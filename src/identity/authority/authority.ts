import type { Caller, Edit, NewResource } from '../model.js';
import { authoredBy, withAuthor, type Authorship } from './authorship.js';
import type { AuthorityRule } from './compile-authority.js';
import { Deciding, stateOf, type Decision, type Writable } from './deciding.js';

const password = 'password';

/**
 * Who has the say about an attribute. Each source writes to what it stated itself: where a rule names the attribute, the
 * statements of all sources are remembered, and that of the highest precedence is the value. Without a rule the last
 * writer wins.
 */
export class Authority {
  private readonly byType: ReadonlyMap<string, readonly AuthorityRule[]>;

  constructor(rules: Readonly<Record<string, readonly AuthorityRule[]>> = {}) {
    this.byType = new Map(Object.entries(rules).filter(([, list]) => list.length > 0));
  }

  rules(type: string): readonly AuthorityRule[] {
    return this.byType.get(type) ?? [];
  }

  /** Of a new resource; who gave the password is remembered only where it matters. */
  ofNew(type: string, { secrets }: NewResource, { source }: Caller): Authorship {
    const authorship = authoredBy(source);
    const ruled = this.rules(type).some(({ path }) => path.path === password);
    if (secrets?.password === undefined || !ruled) return authorship;
    return { ...authorship, authors: { ...authorship.authors, [password]: source } };
  }

  /** Throws what the edit throws. */
  decide(current: Writable, source: string, edit: Edit): Decision {
    const rules = this.byType.get(current.type);
    if (rules) return new Deciding(current, source, rules).decide(edit);
    const result = edit.apply(stateOf(current, structuredClone(current.attributes)));
    const authorship = withAuthor(current.authorship, source, current.attributes, result.attributes);
    return { result, authorship, kept: [] };
  }
}
