/** A resource that a record named before anybody was known by that name. */
export interface AwaitedReference {
  source: string;
  /** The record that names it. */
  type: string;
  externalId: string;
  /** `members`, or the attribute, with the URN of its extension. */
  path: string;
  /** What the source calls the resource that is waited for. */
  name: string;
}

/** References that wait for the resource that they name; implemented by store. */
export abstract class AwaitedReferences {
  /** What the record waits for at these paths, in place of what it waited for there. */
  abstract replace(
    record: Pick<AwaitedReference, 'source' | 'type' | 'externalId'>,
    paths: readonly string[],
    awaited: readonly Pick<AwaitedReference, 'path' | 'name'>[],
  ): Promise<void>;
  /**
   * Looks at no more than `limit` of them, in their order, and gives those whose name some resource of these types bears
   * by now. With `last` there are more after it.
   */
  abstract arrived(
    types: readonly string[],
    after: AwaitedReference | undefined,
    limit: number,
  ): Promise<{ arrived: AwaitedReference[]; last?: AwaitedReference }>;
  abstract clear(reference: AwaitedReference): Promise<void>;
}
