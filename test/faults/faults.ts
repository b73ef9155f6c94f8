import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from './history.js';
import type { Landscape, Replica } from './landscape.js';
import type { Random } from './random.js';

interface Fault {
  kind: string;
  weight: number;
  strike(): Promise<void>;
}

const writes = ['add', 'modify', 'delete', 'modifyDN'];

/** Breaks what the gateways stand on, one thing after another, and puts each right again. */
export class Faults {
  private readonly faults: Fault[];

  constructor(
    private readonly landscape: Landscape,
    private readonly random: Random,
    private readonly history: History,
    /** How long a fault lasts at most, and the quiet after it. */
    private readonly longestMs: number,
  ) {
    this.faults = [...this.gatewayFaults(), ...this.controllerFaults(), ...this.storeFaults()];
  }

  async run(until: () => boolean): Promise<void> {
    while (!until()) {
      await sleep(this.random.between(200, Math.min(1500, this.longestMs)));
      if (until()) break;
      const fault = this.next();
      this.history.fault(fault.kind);
      await fault.strike();
    }
  }

  /** Each kind once, in an order of the seed's, before any comes again. */
  private next(): Fault {
    const unseen = this.faults.filter(({ kind }) => !this.history.faults.has(kind));
    const among = unseen.length > 0 ? unseen : this.faults;
    return this.random.weighted(among.map((fault) => [fault.weight, fault] as const));
  }

  private hold(): Promise<void> {
    return sleep(this.random.between(100, this.longestMs));
  }

  private gatewayFaults(): Fault[] {
    const { landscape, random } = this;
    return [
      {
        kind: 'gateway killed',
        weight: 4,
        strike: async () => {
          const replica = random.pick(landscape.replicas);
          const pause = random.between(0, Math.min(1000, this.longestMs));
          await this.whileDown(replica, () => sleep(pause));
        },
      },
      {
        kind: 'clock jumped',
        weight: 2,
        strike: async () => {
          const { clock } = random.pick(landscape.replicas);
          clock.jump(random.pick([-7200, -3600, -90, 90, 3600, 7200]));
          await this.hold();
          if (random.chance(0.5)) clock.jump(0);
        },
      },
    ];
  }

  private async whileDown(replica: Replica, work: () => Promise<void>): Promise<void> {
    if (replica.down) return;
    replica.down = true;
    await replica.process.kill();
    await work();
    await this.landscape.relaunch(replica);
    replica.down = false;
  }

  private controllerFaults(): Fault[] {
    const { lab, proxy } = this.landscape;
    const reset = (kind: string, then: 'reset-after-send' | 'reset-before-send', weight: number): Fault => ({
      kind,
      weight,
      strike: async () => {
        const rule = {
          when: ({ operation }: { operation: string }) => writes.includes(operation),
          then,
          times: this.random.between(1, 4),
        };
        proxy.rules = [rule];
        const end = performance.now() + this.longestMs;
        while (rule.times > 0 && performance.now() < end) await sleep(20);
        proxy.rules = [];
      },
    });
    return [
      reset('reset after send', 'reset-after-send', 5),
      reset('reset before send', 'reset-before-send', 2),
      {
        kind: 'controller stopped',
        weight: 2,
        strike: async () => {
          await lab.stop();
          await this.hold();
          await lab.start();
        },
      },
      {
        kind: 'controller killed',
        weight: 1,
        strike: async () => {
          await lab.kill();
          await this.hold();
          await lab.start();
        },
      },
      {
        kind: 'controller hung',
        weight: 2,
        strike: async () => {
          lab.pause();
          await this.hold();
          lab.resume();
        },
      },
      {
        kind: 'controller slow',
        weight: 3,
        strike: async () => {
          const slowest = this.random.between(50, 900);
          proxy.delay = () => Math.ceil(Math.random() * slowest);
          await this.hold();
          proxy.delay = () => 0;
        },
      },
      {
        kind: 'connections dropped',
        weight: 2,
        strike: async () => {
          proxy.dropAll();
          await sleep(50);
        },
      },
    ];
  }

  private storeFaults(): Fault[] {
    const { disk, database } = this.landscape;
    if (disk)
      return [
        {
          kind: 'disk full',
          weight: 3,
          strike: async () => {
            disk.fill();
            await this.hold();
            disk.free();
          },
        },
      ];
    return [
      {
        kind: 'database restarted',
        weight: 3,
        strike: async () => {
          await database!.halt(this.random.chance(0.5) ? 'SIGINT' : 'SIGQUIT');
          await sleep(this.random.between(0, Math.min(1500, this.longestMs)));
          await database!.resume();
        },
      },
    ];
  }
}
