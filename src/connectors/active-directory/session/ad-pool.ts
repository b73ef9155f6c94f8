import { ConnectorError } from '../../connector.js';
import type { ConnectorLog, ServerChoice } from '../../kind.js';
import { AdError, recognise } from '../errors/ad-error.js';
import { connectorError } from '../errors/connector-error.js';
import type { AdSettings } from '../settings.js';
import { AdSession, type SessionOptions } from './ad-session.js';
import { CredentialsBreaker } from './credentials-breaker.js';
import { tlsOptions } from './secure-channel.js';
import { serversOf, type LookUp } from './servers.js';

export interface PoolSurroundings {
  choice: ServerChoice;
  log: ConnectorLog;
  now(): number;
  lookUp?: LookUp;
}

/** A controller that says busy so often in a row is left for another. */
const PATIENCE = 3;
const REST_MS = 60_000;
const TICK_MS = 15_000;
/** Of the many that DNS may name, a check signs in on the nearest. */
const MOST_SURVEYED = 8;

interface Waiting {
  signal: AbortSignal;
  resolve(session: AdSession): void;
  reject(error: unknown): void;
}

/** Bound connections to the one controller of the domain that all replicas use at the moment. */
export class AdPool {
  #idle: AdSession[] = [];
  #open = 0;
  readonly #waiting: Waiting[] = [];
  readonly #resting = new Map<string, number>();
  readonly #credentials: CredentialsBreaker;
  #busy = 0;
  /** The controllers of the last look. */
  #servers: readonly string[] = [];
  /** One connection chooses the controller; the others wait for it. */
  #choosing: Promise<unknown> | undefined;
  #closed = false;
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly settings: AdSettings,
    private readonly surroundings: PoolSurroundings,
  ) {
    this.#credentials = new CredentialsBreaker(surroundings.now);
    const tick = Math.min(
      TICK_MS,
      (settings.pool.keepAliveSeconds * 1000) / 2,
      (settings.pool.idleSeconds * 1000) / 2,
    );
    this.#timer = setInterval(() => void this.tend(), Math.max(tick, 250));
    this.#timer.unref();
  }

  /** Runs work on a session of its own. An abort destroys the connection: what was under way is then unknown. */
  async use<T>(signal: AbortSignal, work: (session: AdSession) => Promise<T>): Promise<T> {
    const session = await this.acquire(signal);
    const abort = () => session.destroy();
    signal.addEventListener('abort', abort, { once: true });
    try {
      const result = await work(session);
      this.#busy = 0;
      return result;
    } catch (error) {
      if (error instanceof AdError && (error.resultCode === 51 || error.resultCode === 52))
        this.countBusy(session.server);
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
      session.usedAt = this.surroundings.now();
      this.giveBack(session);
    }
  }

  /** A session of its own for as long as the reader takes, outside the pool: a slow reader holds up nobody. */
  async *stream<T>(signal: AbortSignal, work: (session: AdSession) => AsyncIterable<T>): AsyncGenerator<T> {
    signal.throwIfAborted();
    const session = await this.connect(signal, this.settings.timeouts.listMs);
    const abort = () => session.destroy();
    signal.addEventListener('abort', abort, { once: true });
    try {
      yield* work(session);
    } finally {
      signal.removeEventListener('abort', abort);
      await session.close();
    }
  }

  /** Signs in on the controllers that a move away from one may end at, and says what is wrong with them. */
  async survey(signal: AbortSignal, from: string): Promise<{ server: string; fault?: string }[]> {
    const servers = (await this.servers()).filter((server) => server !== from).slice(0, MOST_SURVEYED);
    return Promise.all(
      servers.map(async (server) => {
        try {
          await (await this.signedIn(server, this.settings.timeouts.operationMs, signal)).close();
          return { server };
        } catch (error) {
          signal.throwIfAborted();
          const shown = this.refusal(server, error);
          return { server, fault: shown instanceof ConnectorError ? shown.detail : String(shown) };
        }
      }),
    );
  }

  /** An explicit check by an administrator may try the credentials again. */
  forgetRefusal(): void {
    this.#credentials.forget();
  }

  /** True for a while after another controller took over: what it does not know may not have reached it yet. */
  async mayLag(): Promise<boolean> {
    const movedAt = await this.surroundings.choice.movedAt();
    return (
      movedAt !== undefined && this.surroundings.now() - movedAt < this.settings.replicationSeconds * 1000
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    const idle = this.#idle.splice(0);
    this.#waiting.splice(0).forEach(({ reject }) => reject(unavailable('The connector is closed.')));
    await Promise.all(idle.map((session) => session.close()));
  }

  private async acquire(signal: AbortSignal): Promise<AdSession> {
    signal.throwIfAborted();
    if (this.#closed) throw unavailable('The connector is closed.');
    const current = await this.surroundings.choice.current();
    for (let session = this.#idle.pop(); session; session = this.#idle.pop()) {
      if (this.fresh(session) && (current === undefined || session.server === current)) return session;
      this.discard(session);
    }
    if (this.#open >= this.settings.pool.size) return this.wait(signal);
    this.#open += 1;
    try {
      return await this.connect(signal);
    } catch (error) {
      this.#open -= 1;
      this.wakeNext();
      throw error;
    }
  }

  private wait(signal: AbortSignal): Promise<AdSession> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        if (this.#waiting.includes(waiting)) this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal.reason);
      };
      const done = () => signal.removeEventListener('abort', abort);
      const waiting: Waiting = {
        signal,
        resolve: (session) => (done(), resolve(session)),
        reject: (error) => (done(), reject(error)),
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.push(waiting);
    });
  }

  /** Whoever waits looks anew: the session may be too old by now, or its controller no longer the one in use. */
  private giveBack(session: AdSession): void {
    if (this.#closed || !this.fresh(session)) this.discard(session);
    else this.#idle.push(session);
    this.wakeNext();
  }

  /** Who gave up in the meantime takes no session along, and whoever waits behind somebody that got none is next. */
  private wakeNext(): void {
    const next = this.#waiting.shift();
    if (!next) return;
    this.acquire(next.signal).then(
      (session) => (next.signal.aborted ? this.giveBack(session) : next.resolve(session)),
      (error: unknown) => {
        next.reject(error);
        this.wakeNext();
      },
    );
  }

  private discard(session: AdSession): void {
    this.#open -= 1;
    void session.close();
  }

  private fresh(session: AdSession): boolean {
    const { idleSeconds, maxAgeSeconds } = this.settings.pool;
    const now = this.surroundings.now();
    return (
      session.usable &&
      !this.rests(session.server) &&
      now - session.usedAt < idleSeconds * 1000 &&
      now - session.openedAt < maxAgeSeconds * 1000
    );
  }

  private countBusy(server: string): void {
    this.#busy += 1;
    if (this.#busy < PATIENCE || this.#servers.length < 2) return;
    this.#busy = 0;
    this.#resting.set(server, this.surroundings.now());
    this.#idle.splice(0).forEach((session) => this.discard(session));
  }

  private rests(server: string): boolean {
    const since = this.#resting.get(server);
    return since !== undefined && this.surroundings.now() - since < REST_MS;
  }

  private async connect(
    signal: AbortSignal,
    operationMs = this.settings.timeouts.operationMs,
  ): Promise<AdSession> {
    if ((await this.surroundings.choice.current()) !== undefined) return this.open(signal, operationMs);
    if (this.#choosing) {
      await this.#choosing.catch(() => undefined);
      return this.open(signal, operationMs);
    }
    const choosing = this.open(signal, operationMs).finally(() => (this.#choosing = undefined));
    this.#choosing = choosing;
    return choosing;
  }

  /** The controller in use, else the next that answers; a move is agreed with the other replicas. */
  private async open(signal: AbortSignal, operationMs: number): Promise<AdSession> {
    this.#credentials.throwIfRefused();
    const { choice, log } = this.surroundings;
    const current = await choice.current();
    const servers = await this.servers();
    const order = [...new Set([...servers.filter((server) => server === current), ...servers])];
    const ready = order.filter((server) => !this.rests(server));
    const refusals: unknown[] = [];
    for (const server of ready.length > 0 ? ready : order) {
      try {
        const session = await this.signedIn(server, operationMs, signal);
        if (server === current || (await choice.move(current, server))) return session;
        await session.close();
        log.info({ server }, 'another replica chose a domain controller at the same moment');
        return await this.open(signal, operationMs);
      } catch (error) {
        signal.throwIfAborted();
        refusals.push(this.refusedBy(server, error));
      }
    }
    throw inShort(refusals);
  }

  /** On a controller that takes writes. */
  private async signedIn(server: string, operationMs: number, signal: AbortSignal): Promise<AdSession> {
    const session = await AdSession.open(this.options(server, operationMs), signal);
    if (!session.identity.readOnly && session.identity.synchronized) return session;
    await session.close();
    throw unavailable(`${server} is a read-only or not yet synchronised domain controller.`);
  }

  /** What DNS said last is as good as ever while it says nothing. */
  private async servers(): Promise<readonly string[]> {
    const { domain } = this.settings;
    try {
      const servers = await serversOf(this.settings, this.surroundings.lookUp);
      if (servers.length > 0) this.#servers = servers;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const detail = `The domain controllers of "${domain}" cannot be looked up: DNS does not answer (${code ?? message}).`;
      if (this.#servers.length === 0) throw unavailable(detail);
      this.surroundings.log.warn({ domain }, `${detail} Those of the last look are used.`);
    }
    if (this.#servers.length > 0) return this.#servers;
    throw new ConnectorError({
      kind: 'misconfigured',
      detail: `No domain controller of "${domain}" is found in DNS.`,
      recommendedAction:
        'Correct "domain", name the controllers in "servers", or let this machine ask the DNS servers of the domain.',
      mayPass: true,
    });
  }

  /** Credentials are the same on every controller, and each try counts towards a lockout; certificates are each one's own. */
  private refusedBy(server: string, error: unknown): unknown {
    const shown = this.refusal(server, error);
    if (!(shown instanceof ConnectorError) || !isMisconfigured(shown)) return shown;
    const answer = shown.cause instanceof AdError ? shown.cause.resultCode : undefined;
    if (answer === undefined) return shown;
    if (answer === 49) this.#credentials.refused(shown);
    throw shown;
  }

  /** Why no session came about, as delivery is told. */
  private refusal(server: string, error: unknown): unknown {
    const recognised = error instanceof ConnectorError ? undefined : recognise(error, 'connect');
    if (!recognised) return error;
    const shown = connectorError(recognised, { doing: `open a session with ${server}` });
    this.surroundings.log.warn({ server, text: recognised.text }, shown.detail);
    return isMisconfigured(shown) ? shown : unavailable(shown.detail, recognised);
  }

  private options(server: string, operationMs: number): SessionOptions {
    const { bindDn, bindPassword, startTls, timeouts } = this.settings;
    return {
      server,
      bindDn,
      password: bindPassword,
      startTls,
      tls: tlsOptions(this.settings),
      connectMs: timeouts.connectMs,
      operationMs,
      now: this.surroundings.now,
    };
  }

  /** Closes idle sessions before the controller does (900 s), and keeps the others warm. */
  private async tend(): Promise<void> {
    const now = this.surroundings.now();
    const idle = this.#idle;
    this.#idle = [];
    const kept: AdSession[] = [];
    for (const session of idle) {
      if (this.fresh(session)) kept.push(session);
      else this.giveBack(session);
    }
    await Promise.all(
      kept.map(async (session) => {
        if (now - session.heardAt >= this.settings.pool.keepAliveSeconds * 1000)
          await session.touch().catch(() => undefined);
        this.giveBack(session);
      }),
    );
  }
}

function unavailable(detail: string, cause?: AdError): ConnectorError {
  return new ConnectorError(
    { kind: 'unavailable', detail, ...(cause ? { diagnostic: cause.text } : {}) },
    cause,
  );
}

function isMisconfigured(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'misconfigured';
}

/** Of several controllers: what passes by itself is tried again, and what does not is told with it. */
function inShort(refusals: readonly unknown[]): unknown {
  const passing = refusals.findLast((error) => !isMisconfigured(error));
  if (!(passing instanceof ConnectorError)) return passing ?? refusals.at(-1);
  const lasting = refusals.filter(isMisconfigured).map((error) => (error as ConnectorError).detail);
  return lasting.length === 0
    ? passing
    : unavailable([passing.detail, ...lasting].join(' '), passing.cause as AdError);
}
