import type { ResourceKind, Connector } from './connector.js';
import type { ObjectMapping } from '../mapping/types.js';

/** What a connector is given besides its settings. No store, no network of ours. */
export interface ConnectorContext {
  /** Name of the target file without its ending: `ad` for `targets/ad.yaml`. */
  target: string;
  /** Stable id of this gateway's store: first half of every stamp. */
  storeId: string;
  log: ConnectorLog;
  /** Mapped target attributes by kind: the attribute allow-list and the rights that are needed. */
  mapped: Readonly<Record<string, readonly string[]>>;
  /** Milliseconds since 1970; injected for tests. */
  now(): number;
  /** Which server of the target all replicas use at the moment; compare-and-set through the store. */
  server?: ServerChoice;
}

export interface ServerChoice {
  current(): Promise<string | undefined>;
  /** Moves from one server to the next for every replica; false when another replica moved first. */
  move(from: string | undefined, to: string): Promise<boolean>;
  /** Milliseconds since 1970 of the last move: within the replication budget "not found" is not believed. */
  movedAt(): Promise<number | undefined>;
}

export interface ConnectorLog {
  info(detail: Record<string, unknown>, message: string): void;
  warn(detail: Record<string, unknown>, message: string): void;
  error(detail: Record<string, unknown>, message: string): void;
}

/** One folder under connectors/ (or one npm package) exports one of these. */
export interface ConnectorKind<Settings extends object = object> {
  /** The word after `kind:` in a target file. */
  kind: string;
  /** class-validator class of the `settings:` block. Secrets arrive resolved. */
  Settings: new () => Settings;
  /** The mapping that a target file gets when it names none. */
  defaultMapping: Readonly<Partial<Record<ResourceKind, ObjectMapping>>>;
  /**
   * Where a unique attribute's values must differ: attributes with the same name space share one.
   * Undefined: the attribute is not unique in the target.
   */
  nameSpace(
    settings: Settings,
    kind: ResourceKind,
    attribute: string,
    container?: string,
  ): string | undefined;
  /** More candidates for a unique value in this target's manner (numbering on a clash), best first. */
  expandCandidates?(settings: Settings, kind: ResourceKind, attribute: string, given: string[]): string[];
  /** Folds a unique value to the form in which the target compares it. */
  fold(attribute: string, value: string): string;
  /** The attributes of the target that a mapping line of this name writes, where they are not the name itself. */
  writes?(target: string): readonly string[];
  /**
   * Whether an account of this kind can be disabled; absent: all can. One that cannot stays as it is under the policy
   * `disable`, and a target file that asks for it gets a warning. Applications seldom know a disabled group.
   */
  disables?(settings: Settings, kind: ResourceKind): boolean;
  /** Whether the target keeps passwords; absent: it does. For one that does not, none that a client sends is kept. */
  takesPasswords?(settings: Settings): boolean;
  /** Whether its connector has `planRestore`; absent: a target file that says `whenMissing: restore` is refused. */
  restores?: boolean;
  /** Whether these settings say where resources of the type are kept. Absent: the kind keeps whatever is mapped. */
  holds?(settings: Settings, type: ResourceKind): boolean;
  create(settings: Settings, context: ConnectorContext): Connector;
  /** Scripts that give the service account exactly the rights that the mapping needs, by name of the tool. */
  rights?(
    settings: Settings,
    mapped: Readonly<Record<string, readonly string[]>>,
    /** `restores`: some resource type says `whenMissing: restore`. */
    needs: { restores: boolean },
  ): { scripts: Record<string, string> };
}
