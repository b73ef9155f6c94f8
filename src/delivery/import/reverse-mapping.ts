import type { ListedAccount } from '../../connectors/connector.js';
import type { MappingLine } from '../../mapping/types.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { ScimError } from '../../schema/scim-error.js';
import type { Attributes } from '../../schema/types.js';
import { validateResource } from '../../schema/validate/validate-resource.js';
import { placeOf, putAt, type ResourcePlace } from './resource-place.js';

export interface ReverseLine {
  target: string;
  multiValued: boolean;
  place: ResourcePlace;
  /** Its values are hidden in plans. */
  secret: boolean;
}

export type ReadBack =
  { kind: 'resource'; attributes: Attributes } | { kind: 'rejected'; detail: string; attributes: Attributes };

export interface Referred {
  target: string;
  place: ResourcePlace;
  anchors: readonly string[];
}

/** The direct source lines of a mapping, read from the target to the resource. Expressions cannot be read back. */
export class ReverseMapping {
  readonly lines: readonly ReverseLine[];
  /** Attributes that hold another account. */
  readonly references: readonly { target: string; place: ResourcePlace }[];

  constructor(
    lines: readonly MappingLine[],
    private readonly type: ResourceType,
  ) {
    this.lines = lines.flatMap(({ target, source, multiValued, secret }) => {
      const place = source === undefined ? undefined : placeOf(source, type);
      const enabled = /^account(en|dis)abled$/i.test(target);
      return place && !enabled
        ? [{ target, place, multiValued: multiValued ?? false, secret: secret ?? false }]
        : [];
    });
    this.references = lines.flatMap(({ target, reference }) => {
      const place = reference === undefined ? undefined : placeOf(reference, type);
      return place ? [{ target, place }] : [];
    });
  }

  /** The other accounts that an account refers to, by anchor; only what it does refer to. */
  referred(account: ListedAccount): Referred[] {
    return this.references.flatMap(({ target, place }) => {
      const anchors = anchorsIn(account, target);
      return anchors.length > 0 ? [{ target, place, anchors }] : [];
    });
  }

  line(target: string): ReverseLine | undefined {
    return this.lines.find((line) => line.target.toLowerCase() === target.toLowerCase());
  }

  /** The resource that an account would have been delivered from, as far as the mapping tells. */
  read(account: ListedAccount): ReadBack {
    const attributes: Attributes = {};
    const texts = new Map(
      Object.entries(account.attributes).map(([name, values]) => [name.toLowerCase(), values]),
    );
    for (const { target, place, multiValued } of this.lines) {
      const values = texts.get(target.toLowerCase()) ?? [];
      if (values.length > 0) putAt(attributes, place, multiValued ? values : values.slice(0, 1));
    }
    if (account.enabled !== undefined && this.type.coreAttribute('active'))
      attributes.active = account.enabled;
    return this.checked(attributes);
  }

  /** The attributes in their normal form. Throws ScimError where the schema does not allow them. */
  refuseInvalid(attributes: Attributes): Attributes {
    const extensions = this.type.extensions.map(({ schema }) => schema.id);
    const schemas = [this.type.schema.id, ...extensions.filter((urn) => urn in attributes)];
    const dialect = { ignoreUnknown: false, jsonTextInRoles: false };
    return validateResource(this.type, { ...attributes, schemas }, { dialect }).attributes;
  }

  private checked(attributes: Attributes): ReadBack {
    try {
      return { kind: 'resource', attributes: this.refuseInvalid(attributes) };
    } catch (error) {
      if (!(error instanceof ScimError)) throw error;
      return { kind: 'rejected', detail: error.detail, attributes };
    }
  }
}

/** Accounts are named by their anchors, also where the attribute itself holds something else (a DN). */
function anchorsIn(account: ListedAccount, name: string): readonly string[] {
  const wanted = name.toLowerCase();
  const named = (values: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(values).find(([each]) => each.toLowerCase() === wanted)?.[1];
  return (account.references ? named(account.references) : named(account.attributes)) ?? [];
}
