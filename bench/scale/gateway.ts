import { Agent, request as httpRequest } from 'node:http';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import type { StoreOptions } from '../../src/store/data-source.js';
import { openStore } from '../../src/store/store.js';
import { createStores } from '../../src/store/stores.js';
import { TestGateway } from '../../test/delivery/gateway.js';
import { ScimServer } from '../../test/scim-http/scim-server.js';
import type { Request } from './requests.js';
import { populationOf, seed, source, type Population } from './seed.js';

/** A seeded store behind the SCIM interface. Changes are recorded for one target; delivery itself stands still. */
export class ScaleGateway {
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    readonly population: Population,
    private readonly baseUrl: string,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(options: StoreOptions, users: number): Promise<ScaleGateway> {
    const registry = SchemaRegistry.builtIn();
    const store = await openStore(options);
    const stores = await createStores(store, registry);
    if (!(await populationOf(store))) await seed(store, stores, users);
    const population = (await populationOf(store))!;
    const gateway = new TestGateway({ store, ...stores }, { answer: 'stored' });
    const server = await ScimServer.start({}, registry, gateway.identity);
    return new ScaleGateway(population, server.baseUrl, async () => {
      await server.stop();
      await gateway.close();
      await store.close();
    });
  }

  /** The answer to one request; anything but success is an error. */
  ask({ method, path, body }: Request): Promise<Buffer> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${source}`,
      ...(payload === undefined
        ? {}
        : { 'content-type': 'application/scim+json', 'content-length': Buffer.byteLength(payload) }),
    };
    return new Promise((resolve, reject) => {
      const sent = httpRequest(this.baseUrl + path, { method, agent: this.agent, headers }, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => {
          const answer = Buffer.concat(pieces);
          if ((response.statusCode ?? 500) < 300) resolve(answer);
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer.toString()}`));
        });
      });
      sent.on('error', reject);
      sent.end(payload);
    });
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.stop();
  }
}
