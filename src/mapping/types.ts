/** Attribute mapping as data (Entra's words): what a target file says, and what mapping one resource gives. Pure. */
import type { DesiredAttribute, UniqueCandidates } from '../connectors/connector.js';
import type { Json, JsonObject } from '../schema/types.js';

/** One line of `mapping:`. Exactly one of source, constant, expression, reference. */
export interface MappingLine {
  target: string;
  /** A SCIM path or one of Entra's names: `name.givenName`, `emails[type eq "work"].value`, `surname`. */
  source?: string;
  constant?: string | number | boolean;
  /** Entra's expression language. */
  expression?: string;
  /** SCIM path that holds resource ids (`manager`): delivered as the other account's name in the target. */
  reference?: string;
  /** Written always (default) or only in the create. */
  apply?: 'always' | 'create';
  /** Used in the create when the source is empty (Entra: default value if null). */
  default?: string | number | boolean;
  /** An existing account with this value may be adopted; a number sets the precedence. */
  match?: boolean | number;
  /** Default true: an empty source clears the target attribute. */
  clearWhenEmpty?: boolean;
  /** The value must be unique in the target; an expression with SelectUniqueValue gives candidates. */
  unique?: boolean;
  /** Every value of the source goes to the target (multi-valued). Default: the first. */
  multiValued?: boolean;
  /** Never shown in plan, log or error. */
  secret?: boolean;
  /** What reconcile does about drift. */
  drift?: 'enforce' | 'report' | 'adopt';
}

/** A clause of a scoping filter (entra.md C.2); clauses of a group AND, groups OR. */
export interface ScopeClause {
  attribute: string;
  operator: string;
  value?: string | number | boolean;
}

export interface ObjectMapping {
  /** Which object actions are on. Default all. */
  actions?: { create?: boolean; update?: boolean; delete?: boolean };
  /** Groups of clauses. Empty or absent: everyone. */
  scope?: ScopeClause[][];
  /** What happens to an account whose resource leaves the scope. Default disable. */
  outOfScope?: 'disable' | 'delete' | 'retain' | 'ignore';
  /** Expression, or plain text with no brackets or quotes, for the place of the account. */
  container?: string;
  mapping: MappingLine[];
}

/** What a resource looks like to mapping. */
export interface MappingInput {
  id: string;
  resourceType: string;
  /** Attributes, extensions under their URN; `externalId` and `meta` included where known. */
  attributes: JsonObject;
  /** `active` as clients say it, where dates make of it something else: read as `clientActive`. */
  clientActive?: Json;
  /** Display names and ids of the groups the resource is a member of; only given when the mapping asks. */
  groups?: readonly { id: string; displayName: string }[];
  /** What other targets decided: `targets.ad.sAMAccountName`. */
  facts?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  now: Date;
}

export interface ScopeVerdict {
  inScope: boolean;
  groups: { clauses: { clause: ScopeClause; value: string; holds: boolean }[]; holds: boolean }[];
}

export interface MappedReference {
  attribute: string;
  resourceIds: readonly string[];
  mapping: string;
}

/** The pure result: delivery adds anchors to references and reserves one of each unique candidates. */
export interface MappedAccount {
  scope: ScopeVerdict;
  container?: string;
  /** From the mapping of `accountEnabled`, else `active`, absent counting as enabled. */
  enabled?: boolean;
  attributes: readonly DesiredAttribute[];
  unique: readonly UniqueCandidates[];
  references: readonly MappedReference[];
  match: readonly { attribute: string; value: string }[];
  /** Values that could not be computed: the resource cannot be applied. */
  problems: readonly MappingProblem[];
}

export interface MappingProblem {
  mapping: string;
  detail: string;
}
