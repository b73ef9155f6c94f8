import type { ResourceStore } from '../../identity/ports.js';
import { subAttributeOf } from '../../schema/attribute-path.js';
import type { Attributes, Json } from '../../schema/types.js';
import type { CsvFeed, FeedLine } from './compile-feed.js';
import type { RowIds } from './row-ids.js';
import type { RowReference } from './row-reader.js';
import { stateAt } from './state-at.js';

/** Whom a row names and the store does not know: comes later in the file, or unknown. */
export interface Resolved {
  later: RowReference[];
  unknown: RowReference[];
}

const mostRemembered = 50_000;

/** Finds the resources that rows name by their externalIds. */
export class References {
  private readonly found = new Map<string, string>();
  private readonly source: string;
  private readonly own: boolean;

  constructor(
    private readonly feed: CsvFeed,
    source: string,
    private readonly store: Pick<ResourceStore, 'named'>,
    private readonly ids: RowIds,
  ) {
    this.source = feed.settings.referenceSource ?? source;
    this.own = this.source === source;
  }

  /**
   * States in `attributes` what is found, and by its name who may still come by another channel: the intake leaves that
   * out and sets it later. `last`: nobody comes later in the file.
   */
  async resolve(
    references: readonly RowReference[],
    attributes: Attributes,
    last: boolean,
  ): Promise<Resolved> {
    const resolved: Resolved = { later: [], unknown: [] };
    for (const { line, externalIds } of references) {
      const stated: string[] = [];
      for (const externalId of externalIds) {
        const id = await this.idOf(line, externalId);
        if (id !== undefined) stated.push(id);
        else if (!last && this.comes(line, externalId))
          resolved.later.push({ line, externalIds: [externalId] });
        else {
          resolved.unknown.push({ line, externalIds: [externalId] });
          if (this.own) stated.push(externalId);
        }
      }
      // A manager who is not found says nothing; members are stated as far as they are known.
      if (stated.length > 0 || line.refersTo === 'many')
        stateAt(attributes, line.place, valuesOf(line, stated));
    }
    return resolved;
  }

  private async idOf(line: FeedLine, externalId: string): Promise<string | undefined> {
    const types = typesOf(line);
    const key = `${types.join()}\n${externalId}`;
    const known = this.found.get(key);
    if (known !== undefined) return known;
    for (const type of types) {
      const [named, other] = await this.store.named(undefined, type, this.source, externalId);
      if (!named || other) continue;
      if (this.found.size >= mostRemembered) this.found.clear();
      this.found.set(key, named.resourceId);
      return named.resourceId;
    }
    return undefined;
  }

  private comes(line: FeedLine, externalId: string): boolean {
    return this.own && typesOf(line).includes(this.feed.type.name) && this.ids.has(externalId);
  }
}

/** RFC 7643 §7, referenceTypes of `$ref`. */
function typesOf({ place: { attribute } }: FeedLine): readonly string[] {
  return subAttributeOf(attribute, '$ref')?.referenceTypes ?? ['User', 'Group'];
}

const valuesOf = ({ refersTo }: FeedLine, stated: readonly string[]): Json[] =>
  refersTo === 'many' ? stated.map((value) => ({ value })) : [...stated];
