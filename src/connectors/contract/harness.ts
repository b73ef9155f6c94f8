import type { Connector, ConnectorErrorKind, Lists, ResourceKind, Subject } from '../connector.js';

/** One person or group in the kit's words; a harness says it in the target's. */
export interface Traits {
  /** Makes resource id, stamp and everything that must be unique. */
  id: string;
  /** The unique name: sAMAccountName, userName, displayName of a group. */
  name: string;
  /** One plain single-valued attribute. null: cleared. Absent: not part of the desired account. */
  title?: string | null;
  /** Another one, written with `apply: create`. */
  createOnly?: string;
  /** Absent: the desired account says nothing about it. */
  enabled?: boolean;
  /** An opt-in match rule on the unique name. */
  matchByName?: boolean;
}

/** What an account is, seen without the connector that is tested. */
export interface SeenAccount {
  name: string;
  title?: string;
  createOnly?: string;
  enabled?: boolean;
  /** Anchors of direct members. */
  members?: readonly string[];
}

/** A target that fails in one way until it is mended. */
export interface Fault {
  mend(): Promise<void> | void;
}

export interface ContractHarness {
  connector(): Connector & Partial<Lists>;
  subject(kind: ResourceKind, traits: Traits): Subject;
  /** Reads the target by another way than the connector. Undefined: it is not there. */
  read(kind: ResourceKind, anchor: string): Promise<SeenAccount | undefined>;
  /** How many accounts of this kind have the name, seen by another way. */
  count(kind: ResourceKind, name: string): Promise<number>;
  /** Puts an account there without the connector. Absent: the target cannot hold accounts that are not ours. */
  seed?(kind: ResourceKind, account: { name: string; stamp?: string }): Promise<string>;
  /** False: the target cannot be read, so the connector knows only what it wrote. */
  readsTarget: boolean;
  /** Takes an account away behind the connector's back. */
  vanish(kind: ResourceKind, anchor: string): Promise<void>;
  /** An anchor of the right form that names nothing. */
  unknownAnchor: string;
  /** False: names are not unique in the target, so two accounts with one name can be seeded. */
  uniqueNames: boolean;
  /** Kinds of which an account can be disabled, seen in the target itself: `['User']`. */
  disables: readonly ResourceKind[];
  /** What `ConnectorKind.disables` says with the settings of this target: it is compared with `disables`. */
  declaredDisables?(kind: ResourceKind): boolean;
  nestedGroups: boolean;
  /** Members that name no account are refused one by one. */
  checksMembers: boolean;
  /** Errors that the target can be made to produce. `reading`: while planning; `writing`: while executing. */
  faults?: Partial<Record<ConnectorErrorKind, (where: 'reading' | 'writing') => Promise<Fault> | Fault>>;
}

export interface ContractCase {
  title: string;
  run(): Promise<void>;
}

/** Cases that ask for something of the target. */
export interface CaseGroup {
  cases: readonly ContractCase[];
  /** Absent: every target can. */
  needs?: Need;
}

export interface Need {
  /** In the words of a harness: `readsTarget: true`. */
  harness: string;
  given: boolean;
}

/** A case that the harness leaves out, and what it would take. */
export interface LeftOutCase extends ContractCase {
  needs: string;
}
