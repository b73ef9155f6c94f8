import { sameJson } from '../../schema/same-json.js';
import { ScimError } from '../../schema/scim-error.js';
import type { Attributes, Json } from '../../schema/types.js';
import type { Edit, EditResult, Resource, Secrets } from '../model.js';
import { authorOf, withAuthor, type Authorship } from './authorship.js';
import type { AuthorityRule } from './compile-authority.js';

/** What a source states and is not applied, because another source has precedence. */
export interface KeptStatement {
  path: string;
  /** Absent for secrets, and for a value that is taken back. */
  offered?: Json;
  /** The source that has precedence. */
  by: string;
}

/** What becomes of an edit. */
export interface Decision {
  result: EditResult;
  authorship: Authorship;
  kept: KeptStatement[];
}

/** What is asked of a resource that is edited. */
export type Writable = Pick<Resource, 'attributes' | 'authorship' | 'externalId' | 'type'>;

interface Statement {
  /** '' where nobody remembers. */
  source: string;
  value: Json;
}

const password = 'password';

export const stateOf = ({ externalId }: Writable, attributes: Attributes) => ({
  attributes,
  ...(externalId === undefined ? {} : { externalId }),
});

/** One edit of one source, under the rules of the type. */
export class Deciding {
  private readonly kept: KeptStatement[] = [];
  private readonly ruled: readonly AuthorityRule[];
  private readonly passwordRule: AuthorityRule | undefined;

  constructor(
    private readonly current: Writable,
    private readonly source: string,
    rules: readonly AuthorityRule[],
  ) {
    this.ruled = rules.filter(({ path }) => path.path !== password);
    this.passwordRule = rules.find(({ path }) => path.path === password);
  }

  decide(edit: Edit): Decision {
    const { seen, result } = this.apply(edit);
    const attributes = structuredClone(result.attributes);
    const offers: Record<string, Record<string, Json>> = {};
    const winners: [AuthorityRule, Statement][] = [];
    for (const rule of this.ruled) {
      const [winner, ...others] = this.settle(rule, seen, result.attributes);
      rule.path.write(attributes, winner?.value);
      if (winner) winners.push([rule, winner]);
      if (others.length > 0)
        offers[rule.path.path] = Object.fromEntries(others.map(({ source, value }) => [source, value]));
    }
    const authors = this.authors(attributes, winners);
    const secrets = this.secrets(result.secrets, authors);
    const { secrets: _given, ...rest } = result;
    const { attributes: before, authorship } = this.current;
    return {
      result: {
        ...rest,
        attributes: sameJson(attributes, before) ? before : attributes,
        ...(secrets ? { secrets } : {}),
      },
      authorship: same(authorship, { authors, offers }) ? authorship : { authors, offers },
      kept: this.kept,
    };
  }

  /**
   * The source edits the resource as it stated it. A path into a value that only another source states finds nothing
   * there: then it edits what it can read.
   */
  private apply(edit: Edit): { seen: Attributes; result: EditResult } {
    const shown = this.current.attributes;
    const seen = structuredClone(shown);
    for (const rule of this.ruled) rule.path.write(seen, this.visible(rule));
    try {
      return { seen, result: edit.apply(stateOf(this.current, structuredClone(seen))) };
    } catch (error) {
      if (!(error instanceof ScimError && error.scimType === 'noTarget')) throw error;
      return { seen: shown, result: edit.apply(stateOf(this.current, structuredClone(shown))) };
    }
  }

  /** The statements about an attribute after the edit, highest precedence first. */
  private settle(rule: AuthorityRule, seen: Attributes, after: Attributes): Statement[] {
    const stated = rule.path.read(after);
    const changed = !sameJson(rule.path.read(seen), stated);
    const statements = this.statements(rule);
    const mine = changed ? stated : statements.find(({ source }) => source === this.source)?.value;
    // What nobody remembers writing is everybody's: whoever writes, replaces it.
    const others = statements.filter(({ source }) => source !== this.source && !(changed && source === ''));
    const ordered = inOrder(rule, [
      ...(mine === undefined ? [] : [{ source: this.source, value: mine }]),
      ...others,
    ]);
    const winner = ordered[0];
    if (changed && winner && rankOf(rule, winner.source) < rankOf(rule, this.source))
      this.kept.push({
        path: rule.path.path,
        ...(stated === undefined ? {} : { offered: stated }),
        by: winner.source,
      });
    return ordered;
  }

  /** What the source stated; of a value that nobody remembers writing, the value. */
  private visible(rule: AuthorityRule): Json | undefined {
    return this.statements(rule).find(({ source }) => source === this.source || source === '')?.value;
  }

  private statements({ path }: AuthorityRule): Statement[] {
    const { attributes, authorship } = this.current;
    const value = path.read(attributes);
    const offers = Object.entries(authorship?.offers[path.path] ?? {});
    return [
      ...(value === undefined ? [] : [{ source: authorOf(authorship, path.path) ?? '', value }]),
      ...offers.map(([source, offered]) => ({ source, value: offered })),
    ];
  }

  private authors(
    attributes: Attributes,
    winners: readonly [AuthorityRule, Statement][],
  ): Record<string, string> {
    const { authorship, attributes: before } = this.current;
    const authors = { ...withAuthor(authorship, this.source, before, attributes).authors };
    for (const [{ path }, { source }] of winners) {
      for (const known of Object.keys(authors)) if (path.covers(known)) delete authors[known];
      if (authors[''] !== source && source !== '') authors[path.path] = source;
    }
    return authors;
  }

  /** A secret is not remembered: what has no precedence is dropped. */
  private secrets(given: Secrets | undefined, authors: Record<string, string>): Secrets | undefined {
    const rule = this.passwordRule;
    if (given?.password === undefined || !rule) return given;
    const holder = this.current.authorship?.authors[password];
    if (holder !== undefined && rankOf(rule, this.source) > rankOf(rule, holder)) {
      this.kept.push({ path: password, by: holder });
      return undefined;
    }
    authors[password] = this.source;
    return given;
  }
}

function rankOf({ sources }: AuthorityRule, source: string): number {
  const at = sources.indexOf(source);
  return at < 0 ? sources.length : at;
}

/** Sources that the rule does not name come last, and of those only the first one here counts: whoever wrote last. */
function inOrder(rule: AuthorityRule, statements: readonly Statement[]): Statement[] {
  const named = statements.filter(({ source }) => rule.sources.includes(source));
  const unnamed = statements.filter(({ source }) => !rule.sources.includes(source));
  const order = named.sort((a, b) => rankOf(rule, a.source) - rankOf(rule, b.source));
  return [...order, ...unnamed.slice(0, 1)];
}

const same = (before: Authorship | undefined, after: Authorship): before is Authorship =>
  before !== undefined && sameJson({ ...before } as never, { ...after } as never);
