import type { Caller, Edit, Edited, NewResource, Page, Preconditions, Query, ResourceView } from './model.js';

/** Which relations a view carries: leaving members out costs nothing, whatever the size of the group. */
export interface ViewOptions {
  members: boolean;
  groups: boolean;
  /** Counterparts in targets: read only where somebody asks for them. */
  accounts?: boolean;
}

/**
 * The truth: users, groups, memberships and resources of configured types, and their rules.
 * Every method rejects with an IdentityError. Writes answer after the commit and, for a deciding target, after its decision.
 */
export abstract class ResourceService {
  abstract create(type: string, input: NewResource, caller: Caller, view: ViewOptions): Promise<ResourceView>;
  abstract get(type: string, id: string, caller: Caller, view: ViewOptions): Promise<ResourceView>;
  /** PATCH and PUT. */
  abstract edit(
    type: string,
    id: string,
    edit: Edit,
    preconditions: Preconditions,
    caller: Caller,
    view: ViewOptions,
  ): Promise<Edited>;
  abstract remove(type: string, id: string, preconditions: Preconditions, caller: Caller): Promise<void>;
  abstract search(query: Query, caller: Caller): Promise<Page>;
}
