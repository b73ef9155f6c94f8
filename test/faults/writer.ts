import { setTimeout as sleep } from 'node:timers/promises';
import { GroupChanges } from './group-changes.js';
import type { History } from './history.js';
import type { Edge, Group, GroupSlot, Population, Slot, User, UserSlot } from './population.js';
import type { Random } from './random.js';
import type { Reply, ScimClient } from './scim-client.js';
import { UserChanges, userTypeOf, type Change } from './user-changes.js';

export interface WriterParts {
  name: string;
  random: Random;
  client: ScimClient;
  population: Population;
  history: History;
  unique: () => number;
  /** Groups that every client changes the members of. */
  sharedGroups: readonly GroupSlot[];
}

export interface Size {
  users: number;
  groups: number;
}

type Named = User | Group;

/**
 * One client: changes its own users and groups one after another, and the memberships of its own users anywhere.
 * So the answers to its own requests are enough to say what each of its resources may be.
 */
export class Writer {
  readonly users: UserSlot[];
  readonly groups: GroupSlot[];
  private readonly userChanges: UserChanges;
  private readonly groupChanges: GroupChanges;

  constructor(
    private readonly parts: WriterParts,
    size: Size,
    slot: <State extends Named>(kind: 'User' | 'Group', home: string) => Slot<State>,
  ) {
    const { name, random, population, unique } = parts;
    this.users = Array.from({ length: size.users }, (_, n) => slot<User>('User', `${name}u${n}`));
    this.groups = Array.from({ length: size.groups }, (_, n) => slot<Group>('Group', `${name}g${n}`));
    this.userChanges = new UserChanges(random, population, () => this.users[0]!.current?.id, unique);
    this.groupChanges = new GroupChanges(random, unique);
  }

  async run(until: () => boolean): Promise<void> {
    while (!until()) await this.act();
  }

  /** Everything that the controller may have refused is written anew, with values that it takes. */
  async mend(): Promise<void> {
    for (const slot of [...this.users, ...this.groups]) await this.identify(slot);
    for (const slot of this.users.filter(({ suspect }) => suspect))
      if (slot.current) await this.change(slot, this.userChanges.put(slot, this.nameFor(slot)));
    for (const slot of this.groups.filter(({ suspect }) => suspect))
      if (slot.current) await this.change(slot, this.groupChanges.rename(slot));
  }

  async create(slot: GroupSlot): Promise<void> {
    while (!slot.current) {
      await this.identify(slot);
      if (!slot.current) await this.change(slot, this.groupChanges.create(slot));
    }
  }

  private async act(): Promise<void> {
    const { random } = this.parts;
    const slot = random.pick(this.users);
    await this.identify(slot);
    if (!slot.current) {
      await this.make(slot);
      return;
    }
    await random.weighted<() => Promise<unknown>>([
      [30, () => this.change(slot, this.userChanges.patch(slot))],
      [6, () => this.change(slot, this.userChanges.put(slot, this.nameFor(slot)))],
      [slot === this.users[0] ? 0 : 7, () => this.change(slot, this.userChanges.delete(slot))],
      [6, () => this.change(slot, this.userChanges.refused(slot))],
      [6, () => this.duplicate(slot)],
      [6, () => this.reordered(slot)],
      [4, () => this.swap()],
      [25, () => this.member(slot)],
      [6, () => this.group()],
      [4, () => this.read(slot)],
    ])();
  }

  private async make(slot: UserSlot): Promise<void> {
    const change = this.userChanges.create(slot);
    if (this.parts.random.chance(0.15)) await this.together(slot, [change, change]);
    else await this.change(slot, change);
  }

  /** The same request twice at once, as a client that lost patience sends it. */
  private duplicate(slot: UserSlot): Promise<void> {
    const change = this.parts.random.chance(0.8) ? this.userChanges.patch(slot) : this.userChanges.put(slot);
    return this.together(slot, [change, change]);
  }

  /** Two requests at once: either may come first, and one may be refused. */
  private reordered(slot: UserSlot): Promise<void> {
    const second = this.parts.random.chance(0.3)
      ? this.userChanges.refused(slot)
      : this.userChanges.patch(slot);
    return this.together(slot, [this.userChanges.patch(slot), second]);
  }

  /** Two users exchange names, as far as the answers let them. */
  private async swap(): Promise<void> {
    const { random } = this.parts;
    const [one, other] = [random.pick(this.users), random.pick(this.users)];
    const [first, second] = [one.possible.certain, other.possible.certain];
    if (one === other || !first || !second || !one.current || !other.current) return;
    await this.change(one, this.userChanges.rename(one, this.userChanges.spareName(one)));
    await this.change(other, this.userChanges.rename(other, first.userName));
    if (one.current) await this.change(one, this.userChanges.rename(one, second.userName));
  }

  private async group(): Promise<void> {
    const { random } = this.parts;
    if (this.groups.length === 0) return;
    const slot = random.pick(this.groups);
    await this.identify(slot);
    if (!slot.current) {
      await this.change(slot, this.groupChanges.create(slot));
      return;
    }
    await random.weighted<() => Promise<unknown>>([
      [4, () => this.change(slot, this.groupChanges.rename(slot))],
      [1, () => this.change(slot, this.groupChanges.refused(slot))],
      [2, () => this.change(slot, this.groupChanges.delete(slot))],
      [2, () => this.change(slot, this.groupChanges.put(slot, undefined))],
      [4, () => this.replaceMembers(slot)],
    ])();
  }

  private async member(slot: UserSlot): Promise<void> {
    const { random, sharedGroups } = this.parts;
    const group = random.pick([...sharedGroups, ...this.groups]);
    const others = this.users.filter((user) => user !== slot && user.current && random.chance(0.25));
    const members = [slot, ...others];
    if (!group.current) return;
    const ids = members.map(({ current }) => current!.id);
    const present = random.chance(0.65);
    const change = this.groupChanges.members(group, ids, present);
    const reply = await this.parts.client.send(change.request);
    this.tellMembers(group, ids, reply, () => present);
  }

  private async replaceMembers(slot: GroupSlot): Promise<void> {
    const known = this.users.flatMap(({ current }) => (current ? [current.id] : []));
    const members = known.filter(() => this.parts.random.chance(0.3));
    const change = this.groupChanges.put(slot, members);
    const id = slot.current!.id;
    const reply = await this.change(slot, change);
    const all = new Set([...members, ...this.parts.population.edgesOf(id).map(([member]) => member)]);
    this.tell(id, [...all], reply, (member) => members.includes(member));
  }

  private tellMembers(group: GroupSlot, ids: readonly string[], reply: Reply, present: () => boolean): void {
    this.tell(group.current!.id, ids, reply, present);
  }

  private tell(
    groupId: string,
    ids: readonly string[],
    reply: Reply,
    present: (id: string) => boolean,
  ): void {
    for (const id of ids) {
      const edge: Edge = this.parts.population.edge(groupId, id);
      edge.history.push(reply.told);
      edge.take({ outcome: reply.outcome, apply: () => present(id) });
    }
  }

  private async read(slot: UserSlot): Promise<void> {
    const { certain } = slot.possible;
    const { id } = slot.current!;
    const reply = await this.parts.client.send({ method: 'GET', path: `/Users/${id}` });
    slot.history.push(reply.told);
    if (certain && reply.outcome === 'done' && !agrees(reply.body, certain))
      this.differs('read', slot, `${JSON.stringify(reply.body)} is not ${JSON.stringify(certain)}`);
  }

  private async change<State extends Named>(slot: Slot<State>, change: Change<State>): Promise<Reply> {
    const before = slot.possible.certain !== undefined && !slot.suspect;
    const reply = await this.parts.client.send(change.request);
    this.take(slot, [[change, reply]]);
    if (reply.outcome === 'refused' && before && !change.bad && !this.mayBeTaken(slot, change))
      this.differs('refused without reason', slot, reply.told);
    if (reply.outcome === 'done' && reply.body.id !== undefined)
      if (!slot.possible.keep((state) => state !== null && agrees(reply.body, state)))
        this.differs('answer', slot, `${JSON.stringify(reply.body)} fits no possible state`);
    if (reply.outcome === 'unknown') await this.settle(slot, change);
    return reply;
  }

  /** No answer: often the client asks again at once, as Entra does. */
  private async settle<State extends Named>(slot: Slot<State>, change: Change<State>): Promise<void> {
    await sleep(300);
    if (change.request.method === 'POST' || !this.parts.random.chance(0.6)) return;
    this.take(slot, [[change, await this.parts.client.send(change.request)]]);
  }

  private async together<State extends Named>(
    slot: Slot<State>,
    changes: readonly Change<State>[],
  ): Promise<void> {
    const replies = await Promise.all(changes.map(({ request }) => this.parts.client.send(request)));
    this.take(
      slot,
      changes.map((change, at) => [change, replies[at]!] as const),
    );
    if (replies.some(({ outcome }) => outcome === 'unknown')) await sleep(300);
  }

  private take<State extends Named>(
    slot: Slot<State>,
    answered: readonly (readonly [Change<State>, Reply])[],
  ): void {
    for (const [change, reply] of answered) {
      slot.history.push(reply.told);
      for (const [name] of JSON.stringify(change.request.body ?? {}).matchAll(/[\w-]+@contoso\.example/g))
        slot.names.add(name);
      if (change.bad && reply.outcome !== 'refused') slot.suspect = true;
      if (reply.outcome !== 'refused') slot.count(change.touches);
      if (reply.status === 201) slot.ids.set(change.incarnation, String(reply.body.id));
    }
    const steps = answered.map(([{ apply }, { outcome }]) => ({ outcome, apply }));
    if (!slot.possible.take(steps))
      this.differs(
        'answers',
        slot,
        `no order of events explains ${answered.map(([, { told }]) => told).join(' and ')}`,
      );
    const gone = answered.find(([change, reply]) => reply.status === 404 && change.request.method !== 'POST');
    if (
      gone &&
      answered.length === 1 &&
      !slot.possible.keep((state) => state?.incarnation !== gone[0].incarnation)
    )
      this.differs('lost', slot, gone[1].told);
  }

  /** Learns the ids of resources whose creates were not answered: of two, the first may be the one that was carried out. */
  private async identify<State extends Named>(slot: Slot<State>): Promise<void> {
    const [path, attribute] = slot.kind === 'User' ? ['/Users', 'userName'] : ['/Groups', 'displayName'];
    for (const name of new Set(slot.unnamed.map(nameOf))) {
      const filter = encodeURIComponent(`${attribute} eq "${name}"`);
      const reply = await this.parts.client.send({ method: 'GET', path: `${path}?filter=${filter}` });
      slot.history.push(reply.told);
      const found = (reply.body.Resources as { id: string }[] | undefined)?.[0];
      const all: Slot<Named>[] = [...this.users, ...this.groups, ...this.parts.sharedGroups];
      if (found === undefined || all.some(({ ids }) => [...ids.values()].includes(found.id))) continue;
      const made = slot.unnamed.find((state) => agrees({ ...found }, state));
      if (made !== undefined) slot.ids.set(made.incarnation, found.id);
    }
  }

  /** Its own name, or a new one where somebody else may have that. */
  private nameFor(slot: UserSlot): string {
    const home = `${slot.home}@contoso.example`;
    const held = this.users.some((other) => other !== slot && names(other).includes(home));
    return held ? this.userChanges.spareName(slot) : home;
  }

  private mayBeTaken<State extends Named>(slot: Slot<State>, { request }: Change<State>): boolean {
    // Whoever waits for a name hears of it with every change.
    const asked = JSON.stringify([request.body ?? {}, names(slot)]);
    const all: Slot<Named>[] = [...this.users, ...this.groups];
    const others = all.filter((other) => other !== (slot as Slot<Named>));
    const had = (other: Slot<Named>) => [...other.names].some((name) => asked.includes(`"${name}"`));
    // In the target, whoever is refused there keeps the name, and whoever waits for that one keeps another.
    const lags = all.some(({ suspect }) => suspect);
    return others.some(
      (other) => names(other).some((name) => asked.includes(`"${name}"`)) || (lags && had(other)),
    );
  }

  private differs(kind: string, slot: Slot<Named> | UserSlot | GroupSlot, detail: string): void {
    this.parts.history.differs(kind, slot.home, detail, slot.history);
  }
}

function names(slot: { possible: { states: readonly (Named | null)[] } }): string[] {
  return slot.possible.states.flatMap((state) => (state ? [nameOf(state)] : []));
}

function nameOf(state: Named): string {
  return 'userName' in state ? state.userName : state.displayName;
}

function agrees(body: Record<string, unknown>, state: Named): boolean {
  const names =
    'userName' in state
      ? (['userName', 'displayName', 'title', 'active'] as const)
      : (['displayName'] as const);
  const type = 'userName' in state ? userTypeOf(state) : undefined;
  return body.userType === type && names.every((name) => body[name] === (state as Partial<User>)[name]);
}
