import type { AttributeReference } from '../../schema/filter.js';
import type { Attributes, Json, JsonObject } from '../../schema/types.js';

/** An attribute, or a sub-attribute of a complex one, in the tree of a resource's attributes. */
export class RuledPath {
  /** Names from the resource down: URN of the extension, attribute, sub-attribute. */
  private readonly names: readonly string[];

  constructor(
    /** As it is written everywhere: `name.familyName`, `urn:…:User:department`. */
    readonly path: string,
    { extension, attribute, subAttribute }: AttributeReference,
  ) {
    this.names = [
      ...(extension === undefined ? [] : [extension]),
      attribute.name,
      ...(subAttribute ? [subAttribute.name] : []),
    ];
  }

  /** `manager` covers `manager.value`. */
  covers(path: string): boolean {
    return path === this.path || path.startsWith(`${this.path}.`);
  }

  read(attributes: Attributes): Json | undefined {
    let value: Json | undefined = attributes;
    for (const name of this.names) value = isObject(value) ? value[name] : undefined;
    return value;
  }

  /** Writes in place; what becomes empty by that is taken away (RFC 7643 §2.5). */
  write(attributes: Attributes, value: Json | undefined): void {
    const owners: JsonObject[] = [attributes];
    for (const name of this.names.slice(0, -1)) {
      const owner = owners.at(-1)!;
      const inner = owner[name];
      if (!isObject(inner)) {
        if (value === undefined) return;
        owner[name] = {};
      }
      owners.push(owner[name] as JsonObject);
    }
    const leaf = this.names.at(-1)!;
    if (value === undefined) delete owners.at(-1)![leaf];
    else owners.at(-1)![leaf] = structuredClone(value);
    for (let depth = owners.length - 1; depth > 0; depth--)
      if (Object.keys(owners[depth]!).length === 0) delete owners[depth - 1]![this.names[depth - 1]!];
  }
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
