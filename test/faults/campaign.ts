import { setTimeout as sleep } from 'node:timers/promises';
import { check } from './checker.js';
import { Faults } from './faults.js';
import { History } from './history.js';
import { Landscape, type Engine } from './landscape.js';
import { Population, Slot, type Group } from './population.js';
import { Random } from './random.js';
import { ScimClient } from './scim-client.js';
import { readStore, type Row } from './store-snapshot.js';
import { Writer, type Size } from './writer.js';

export interface CampaignOptions {
  engine: Engine;
  replicas: number;
  seed: number;
  /** How long changes are made and faults strike. */
  ms: number;
  clients: number;
  /** Of each client. */
  size: Size;
  sharedGroups: number;
  longestFaultMs: number;
  faults?: boolean;
}

export interface Result {
  history: History;
  convergedMs: number;
  accounts: number;
}

const convergenceMs = Number(process.env['FAULTS_CONVERGENCE'] ?? 180) * 1000;

/** One run: clients change, faults strike, everything is put right, what is due is delivered, and all is compared. */
export class Campaign {
  readonly history = new History();
  readonly population = new Population();
  readonly writers: Writer[] = [];
  landscape!: Landscape;
  private convergedMs = 0;

  constructor(private readonly options: CampaignOptions) {}

  async run(): Promise<Result> {
    await this.open();
    try {
      await this.write();
      await this.settle();
      await this.check();
      return this.result();
    } finally {
      await this.close();
    }
  }

  async open(): Promise<void> {
    const { engine, replicas, clients, size, sharedGroups } = this.options;
    const { population, history } = this;
    const random = new Random(this.options.seed);
    this.landscape = await Landscape.start(engine, replicas, history);
    const endpoints = this.landscape.replicas.map(({ name, process }) => ({
      name,
      scimUrl: process.scimUrl,
    }));
    const shared = Array.from({ length: sharedGroups }, (_, n) => new Slot<Group>('Group', `shared${n}`));
    population.groups.push(...shared);
    let unique = 0;
    for (let n = 0; n < clients; n++) {
      const name = `c${n}`;
      const client = new ScimClient(endpoints, this.landscape.gateway.tokens.entra, history);
      const parts = { name, random: random.fork(name), client, population, history };
      const number = () => ++unique;
      this.writers.push(
        new Writer(
          { ...parts, unique: number, sharedGroups: shared },
          size,
          (kind, home) => new Slot(kind, home),
        ),
      );
    }
    for (const { users, groups } of this.writers) {
      population.users.push(...users);
      population.groups.push(...groups);
    }
    for (const slot of shared) await this.writers[0]!.create(slot);
  }

  /** Changes and faults at the same time. */
  async write(): Promise<void> {
    const { seed, ms, longestFaultMs, faults = true } = this.options;
    const end = performance.now() + ms;
    const over = () => performance.now() >= end;
    const striking = faults
      ? new Faults(this.landscape, new Random(seed).fork('faults'), this.history, longestFaultMs).run(over)
      : Promise.resolve();
    await Promise.all([...this.writers.map((writer) => writer.run(over)), striking]);
  }

  /** Everything that is due is delivered; what the controller had refused after its acknowledgement is mended. */
  async settle(): Promise<void> {
    for (const { clock } of this.landscape.replicas) clock.jump(0);
    const began = performance.now();
    await this.converge();
    this.convergedMs = Math.round(performance.now() - began);
    await this.checkParked();
    for (const writer of this.writers) await writer.mend();
    await this.converge();
  }

  check(): Promise<void> {
    return check(this.landscape, this.population, this.history);
  }

  result(): Result {
    const { history, convergedMs, population } = this;
    const accounts = [...population.users, ...population.groups].filter(
      ({ possible }) => possible.certain,
    ).length;
    return { history, convergedMs, accounts };
  }

  close(): Promise<void> {
    return this.landscape.stop();
  }

  private async converge(): Promise<void> {
    const end = performance.now() + convergenceMs;
    for (;;) {
      const open = await this.due();
      if (open === 'nothing') return;
      if (performance.now() > end) {
        this.history.differs('no convergence', 'target', `still due after ${convergenceMs} ms: ${open}`);
        return;
      }
      await sleep(100);
    }
  }

  private async due(): Promise<string> {
    const { links, edges, undecided } = await readStore(this.landscape);
    const dueLinks = links.filter(({ state }) => !['applied', 'parked', 'retained'].includes(String(state)));
    // A membership waits while one of the two has no account.
    const there = new Set(links.flatMap(({ anchor, resource_id }) => (anchor === null ? [] : [resource_id])));
    const dueEdges = edges.filter(
      ({ state, group_id, member_id }) => state === 'due' && there.has(group_id!) && there.has(member_id!),
    );
    const all = [...dueLinks, ...dueEdges, ...undecided];
    if (all.length === 0) return 'nothing';
    const groups = links.filter(({ resource_id }) =>
      dueEdges.some(({ group_id }) => group_id === resource_id),
    );
    return JSON.stringify([...all.slice(0, 3), ...groups.slice(0, 3), { now: Date.now() }]);
  }

  /** Parked is only what the controller refuses, and what waits for a value that this still has. */
  private async checkParked(): Promise<void> {
    const { links, resources } = await readStore(this.landscape);
    const slots = [...this.population.users, ...this.population.groups];
    const suspects = new Set(slots.filter(({ suspect }) => suspect).flatMap(({ ids }) => [...ids.values()]));
    const known = new Set(slots.flatMap(({ ids }) => [...ids.values()]));
    const byId = new Map(links.map((link) => [String(link.id), link]));
    const root = (link: Row, steps = 0): Row => {
      const next = link.state === 'parked' && byId.get(String(link.waits_for));
      return next && steps < links.length ? root(next, steps + 1) : link;
    };
    for (const link of links.filter(({ state }) => state === 'parked')) {
      const id = String(link.resource_id);
      const first = String(root(link).resource_id);
      if (suspects.has(first) || !known.has(id)) continue;
      const slot = slots.find(({ ids }) => [...ids.values()].includes(id));
      const resource = resources.find((each) => each.id === id);
      this.history.differs(
        'parked without reason',
        slot?.home ?? id,
        `${JSON.stringify(link)} of ${JSON.stringify(resource)}`,
        slot?.history,
      );
    }
  }
}
