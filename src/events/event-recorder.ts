import { newId } from '../identity/id.js';
import { ChangeRecorder, type Change, type Transaction } from '../identity/ports.js';
import type { Undoing } from '../identity/undo.js';
import type { Attributes } from '../schema/types.js';
import { changedAttributes } from './changed-attributes.js';
import { eventUris, type EventPayload, type EventStore, type SecurityEvent } from './event.js';

type Events = Record<string, EventPayload>;

/** Turns every change, and every change taken back, into events in its own transaction. */
export class EventRecorder extends ChangeRecorder {
  constructor(
    private readonly store: EventStore,
    private readonly epoch: () => Promise<string>,
  ) {
    super();
  }

  async changed(tx: Transaction, change: Change): Promise<void> {
    const { id, type } = change.resource;
    const version = change.kind === 'delete' ? change.versionAfter + 1 : change.versionAfter;
    const events = eventsOf(change, await this.entityTag(change.versionAfter));
    await this.store.insert(tx, event(change.id, type, id, version, events));
    if (change.kind !== 'delete') return;
    // The groups that it was in have a member less.
    for (const { groupId } of change.edges.filter((edge) => edge.memberId === id)) {
      const members = { [eventUris.patch]: { attributes: ['members'] } };
      await this.store.insert(tx, event(change.id, 'Group', groupId, 0, members));
    }
  }

  async undone(tx: Transaction, undoing: Undoing, undoneAttributes?: Attributes): Promise<void> {
    const { changeId, resourceType, resourceId, versionAfter } = undoing;
    const version = versionAfter + 1;
    const events = undoneEvents(undoing, await this.entityTag(version), undoneAttributes);
    await this.store.insert(tx, event(changeId, resourceType, resourceId, version, events));
  }

  private async entityTag(version: number): Promise<string> {
    return `W/"${await this.epoch()}-${version}"`;
  }
}

function event(
  txn: string,
  resourceType: string,
  resourceId: string,
  resourceVersion: number,
  events: Events,
): SecurityEvent {
  return { id: newId(), txn, resourceType, resourceId, resourceVersion, events };
}

function eventsOf(change: Change, version: string): Events {
  if (change.kind === 'delete') return { [eventUris.delete]: {} };
  const { attributes } = change.resource;
  if (change.kind === 'create') {
    const names = ['id', ...changedAttributes({}, attributes), ...besides(change)];
    return { [eventUris.create]: { attributes: names, version } };
  }
  const former = change.former?.attributes ?? attributes;
  const names = [...changedAttributes(former, attributes), ...besides(change)];
  const uri = change.replaces ? eventUris.put : eventUris.patch;
  return { [uri]: { attributes: names, version }, ...activation(former, attributes) };
}

function undoneEvents({ kind, former }: Undoing, version: string, undone: Attributes = {}): Events {
  if (kind === 'create') return { [eventUris.delete]: {} };
  const restored = former?.attributes ?? undone;
  const names = changedAttributes(undone, restored);
  if (former?.externalId !== undefined) names.push('externalId');
  if ((former?.edges ?? []).length > 0) names.push('members');
  return { [eventUris.patch]: { attributes: names, version }, ...activation(undone, restored) };
}

/** What is no part of the attributes. */
function besides({ kind, resource, former, edges, secrets }: Change): string[] {
  const externalId = kind === 'create' ? resource.externalId !== undefined : former?.externalId !== undefined;
  return [
    ...(externalId ? ['externalId'] : []),
    ...(edges.length > 0 ? ['members'] : []),
    ...(secrets?.password === undefined ? [] : ['password']),
  ];
}

/** Who had no `active` was active (RFC 7643 §4.1.1 leaves it to the provider). */
function activation(before: Attributes, after: Attributes): Events {
  const was = before.active !== false;
  const is = after.active !== false;
  if (was === is) return {};
  return { [is ? eventUris.activate : eventUris.deactivate]: {} };
}
