import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { Client, type Attribute, type Change, type Control, type SearchOptions } from 'ldapts';
import { recognise, type AdOperation } from '../errors/ad-error.js';
import { AdEntry, BINARY_ATTRIBUTES } from './entry.js';
import { identityOf, ROOT_ATTRIBUTES, type DcIdentity } from './dc-identity.js';

export interface SessionOptions {
  server: string;
  bindDn: string;
  password: string;
  startTls: boolean;
  tls: ConnectionOptions;
  connectMs: number;
  operationMs: number;
  now(): number;
}

/**
 * One socket to one domain controller: connected, protected, signed in and probed before anybody gets it.
 * The client library would reconnect by itself, unauthenticated; this refuses to open a second socket.
 */
export class AdSession {
  readonly openedAt: number;
  /** Last time somebody used it for work. */
  usedAt: number;
  /** Last time anything went over it. */
  heardAt: number;
  #identity: DcIdentity | undefined;
  #socket: Socket | TLSSocket | undefined;
  readonly #client: Client;

  private constructor(private readonly options: SessionOptions) {
    this.openedAt = this.usedAt = this.heardAt = options.now();
    const once = <S extends Socket>(open: () => S): S => {
      if (this.#socket) throw new Error('Socket connection not established');
      const socket = open();
      this.#socket = socket;
      socket.setNoDelay?.(true);
      return socket;
    };
    const secure = /^ldaps:/i.test(options.server);
    this.#client = new Client({
      url: options.server,
      timeout: options.operationMs,
      connectTimeout: options.connectMs,
      ...(secure ? { tlsOptions: options.tls } : {}),
      createConnection: ((...args: Parameters<typeof connectTcp>) =>
        once(() => connectTcp(...args))) as typeof connectTcp,
      createSecureConnection: ((...args: Parameters<typeof connectTls>) =>
        secure ? once(() => connectTls(...args)) : connectTls(...args)) as typeof connectTls,
    });
  }

  static async open(options: SessionOptions, signal: AbortSignal): Promise<AdSession> {
    signal.throwIfAborted();
    const session = new AdSession(options);
    const abort = () => session.destroy();
    signal.addEventListener('abort', abort, { once: true });
    try {
      await session.signIn();
      await session.probe();
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  private async signIn(): Promise<void> {
    const { server, startTls, tls, bindDn, password, connectMs } = this.options;
    if (!/^ldaps:/i.test(server)) {
      if (!startTls)
        throw recognise(
          new Error(`certificate: ${server} is not protected; use ldaps:// or startTls`),
          'connect',
        );
      const host = new URL(server).hostname.replace(/^\[|\]$/g, '');
      const limit = setTimeout(() => this.destroy(), connectMs);
      try {
        await this.#client.startTLS({ host, ...tls });
      } catch (error) {
        throw recognise(error, 'connect');
      } finally {
        clearTimeout(limit);
      }
    }
    try {
      await this.#client.bind(bindDn, password);
    } catch (error) {
      throw recognise(error, typeof (error as { code?: unknown }).code === 'number' ? 'bind' : 'connect');
    }
  }

  private async probe(): Promise<void> {
    const [root] = await this.search('', { scope: 'base', attributes: ROOT_ATTRIBUTES });
    this.#identity = identityOf(this.options.server, (name) => root?.all(name) ?? [], this.options.now());
  }

  get identity(): DcIdentity {
    return this.#identity!;
  }

  get server(): string {
    return this.options.server;
  }

  get usable(): boolean {
    return this.#client.isBound && this.#socket?.destroyed !== true;
  }

  supports(control: string): boolean {
    return this.identity.controls.has(control);
  }

  async search(base: string, options: SearchOptions, controls: Control[] = []): Promise<AdEntry[]> {
    const wanted = {
      timeLimit: Math.ceil(this.options.operationMs / 1000),
      ...options,
      explicitBufferAttributes: asBytes(options),
    };
    const { searchEntries } = await this.run('search', () => this.#client.search(base, wanted, controls));
    return searchEntries.map((entry) => AdEntry.of(entry));
  }

  /**
   * The controller's own limit of time is the one that counts (RFC 4511 §4.5.1.5): some gather all entries before the
   * first page, and the client library would ask them to give up after ten seconds.
   */
  async *pages(
    base: string,
    options: SearchOptions,
    pageSize: number,
    controls: Control[] = [],
  ): AsyncGenerator<AdEntry[]> {
    const wanted = {
      ...options,
      timeLimit: 0,
      explicitBufferAttributes: asBytes(options),
      paged: { pageSize },
    };
    const pages = this.#client.searchPaginated(base, wanted, controls);
    for (;;) {
      const page = await this.run('search', () => pages.next());
      if (page.done) return;
      yield page.value.searchEntries.map((entry) => AdEntry.of(entry));
    }
  }

  add(dn: string, attributes: Attribute[]): Promise<void> {
    return this.run('add', () => this.#client.add(dn, attributes));
  }

  modify(
    dn: string,
    changes: Change[],
    operation: AdOperation = 'modify',
    controls: Control[] = [],
  ): Promise<void> {
    return this.run(operation, () => this.#client.modify(dn, changes, controls));
  }

  rename(dn: string, newDn: string): Promise<void> {
    return this.run('modifyDN', () => this.#client.modifyDN(dn, newDn));
  }

  delete(dn: string, controls: Control[] = []): Promise<void> {
    return this.run('delete', () => this.#client.del(dn, controls));
  }

  /** Keeps an idle connection in the memory of firewalls and of the controller. */
  async touch(): Promise<void> {
    await this.run('search', () => this.#client.search('', { scope: 'base', attributes: ['currentTime'] }));
  }

  private async run<T>(operation: AdOperation, work: () => Promise<T>): Promise<T> {
    if (!this.usable) throw recognise(new Error('Socket connection not established'), operation);
    try {
      return await work();
    } catch (error) {
      const recognised = recognise(error, operation);
      if (recognised.resultCode === undefined) this.destroy();
      throw recognised;
    } finally {
      this.heardAt = this.options.now();
    }
  }

  /** Ends the connection at once: whatever is under way on it has an unknown outcome. */
  destroy(): void {
    this.#socket?.destroy();
  }

  async close(): Promise<void> {
    await this.#client.unbind().catch(() => undefined);
    this.destroy();
  }
}

function asBytes({ attributes = [] }: SearchOptions): string[] {
  return [...BINARY_ATTRIBUTES, ...attributes];
}
