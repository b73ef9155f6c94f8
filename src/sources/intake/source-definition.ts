/** What becomes of a resource that its source has no more. */
export type LeaverPolicy = 'deactivate' | 'delete' | 'ignore';

/** How the records of one source are taken; from sources/NAME.yaml. */
export interface SourceDefinition {
  name: string;
  /** Attribute paths by resource type: who of the store could be meant by a record with an unknown externalId. */
  match: Readonly<Record<string, readonly string[]>>;
  leavers: LeaverPolicy;
  /** Attributes that no schema has are left out instead of refusing the record. */
  ignoreUnknown: boolean;
}

export const sourceDefaults: Omit<SourceDefinition, 'name'> = {
  match: {},
  leavers: 'deactivate',
  ignoreUnknown: false,
};

/** The configured sources; one without a file has the defaults. */
export class SourceDefinitions {
  private readonly byName: ReadonlyMap<string, SourceDefinition>;

  constructor(definitions: readonly SourceDefinition[]) {
    this.byName = new Map(definitions.map((definition) => [definition.name, definition]));
  }

  of(name: string): SourceDefinition {
    return this.byName.get(name) ?? { name, ...sourceDefaults };
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  names(): string[] {
    return [...this.byName.keys()];
  }
}
