import { differences } from '../../schema/leaves.js';
import type { Attributes, Json } from '../../schema/types.js';

/** Which source wrote what of a resource. */
export interface Authorship {
  /** Source by the path of the attribute that it wrote last; under '' the one that wrote everything else. */
  authors: Readonly<Record<string, string>>;
  /** By path and source: what sources state that have no precedence. */
  offers: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

const nobody: Authorship = { authors: {}, offers: {} };
const everythingElse = '';

export const authoredBy = (source: string): Authorship => ({
  authors: { [everythingElse]: source },
  offers: {},
});

/** The source that wrote the value at a path last; undefined where nobody remembers. */
export function authorOf({ authors } = nobody, path: string): string | undefined {
  for (let at = path; at !== ''; at = parentOf(at)) if (authors[at] !== undefined) return authors[at];
  const within = Object.keys(authors).find((one) => one.startsWith(`${path}.`));
  return authors[within ?? everythingElse];
}

/** Whoever changed a value is its author, by the last write. */
export function withAuthor(
  authorship: Authorship = nobody,
  source: string,
  before: Attributes,
  after: Attributes,
): Authorship {
  const names = Object.keys(authorship.authors);
  // One source is the ordinary case, and costs nothing.
  if (names.length === 1 && authorship.authors[everythingElse] === source) return authorship;
  const authors: Record<string, string> = { ...authorship.authors };
  for (const { path, to } of differences(before, after)) {
    if (to === undefined || authors[everythingElse] === source) delete authors[path];
    else authors[path] = source;
    if (to !== undefined && authorOf({ ...authorship, authors }, path) !== source) authors[path] = source;
  }
  return { ...authorship, authors };
}

/** `name.familyName` stands under `name`; a URN has dots of its own. */
function parentOf(path: string): string {
  const name = path.slice(path.lastIndexOf(':') + 1);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : path.slice(0, path.length - name.length + dot);
}
