import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import type { Lab } from '../../../scripts/lab/lab.mjs';
import { readTlv } from './ber.js';
import {
  isPaged,
  noticeOfDisconnection,
  parseAnswer,
  parseRequest,
  resultFor,
  withRanges,
  withRoot,
  type LdapRequest,
} from './ldap-message.js';

/** What happens to a request instead of being passed on and answered. */
export type Action =
  /** The controller is asked nothing; this is the answer. */
  | { answer: { code: number; text: string } }
  /** The controller carries it out, and the connection breaks before its answer. */
  | 'reset-after-send'
  /** The controller carries it out, and says that it goes down instead of answering. */
  | 'notice-after-send'
  /** The connection breaks before the controller hears of it. */
  | 'reset-before-send'
  /** Nothing comes back, the connection stays. */
  | 'stall';

export interface Rule {
  when(request: LdapRequest): boolean;
  then: Action;
  /** How often; then it is passed on. Default: always. */
  times?: number;
}

export interface Windows {
  /** MaxValRange. */
  maxRange?: number;
  /** MaxPageSize. */
  maxPage?: number;
  /** What the controller says about itself, where that differs. */
  root?: Readonly<Record<string, readonly string[]>>;
}

interface Pair {
  client: TLSSocket;
  server: TLSSocket;
}

/** In front of a real domain controller: everything is real but what the script changes. Ends TLS with the controller's own certificate. */
export class LdapProxy {
  readonly requests: LdapRequest[] = [];
  rules: Rule[] = [];
  windows: Windows = {};
  /** How long a request is on its way, in milliseconds. */
  delay: () => number = () => 0;
  /** Connections made, in all. */
  connections = 0;
  readonly #pairs = new Set<Pair>();
  #server: Server | undefined;
  #port = 0;
  #off = false;

  private constructor(
    private readonly lab: Lab,
    private readonly tls: string,
  ) {}

  /** `tls`: folder of another certificate than the controller's own. */
  static async start(lab: Lab, tls = `${lab.dir}/tls`): Promise<LdapProxy> {
    const proxy = new LdapProxy(lab, tls);
    await proxy.resume();
    return proxy;
  }

  get url(): string {
    return `ldaps://${this.lab.host}:${this.#port}`;
  }

  get open(): number {
    return this.#pairs.size;
  }

  /** Listens, on the port it had. */
  async resume(): Promise<void> {
    this.#off = false;
    const server = createServer(
      { key: readFileSync(`${this.tls}/dc-key.pem`), cert: readFileSync(`${this.tls}/dc.pem`) },
      (client) => this.accept(client),
    );
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, this.lab.host, resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** As a controller that is switched off: connections break, new ones are refused. */
  async stop(): Promise<void> {
    this.#off = true;
    const closed = new Promise<void>((resolve) => this.#server?.close(() => resolve()));
    this.dropAll();
    await closed;
  }

  dropAll(): void {
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }

  /** Says that it goes, and goes. */
  disconnectAll(): void {
    for (const { client, server } of this.#pairs) {
      client.end(noticeOfDisconnection());
      server.destroy();
    }
  }

  private accept(client: TLSSocket): void {
    // Its handshake ends after the others were dropped.
    if (this.#off) {
      client.destroy();
      return;
    }
    this.connections += 1;
    const ca = readFileSync(this.lab.caFile);
    const server = connect({ host: this.lab.host, port: this.lab.port, ca });
    const pair = { client, server };
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    const answers = new Answers(() => this.windows);
    client.on(
      'data',
      framed((bytes) => this.fromClient(pair, answers, parseRequest(bytes))),
    );
    server.on(
      'data',
      framed((bytes) => answers.pass(bytes).forEach((out) => client.write(out))),
    );
  }

  private fromClient({ client, server }: Pair, answers: Answers, request: LdapRequest): void {
    this.requests.push(request);
    const rule = this.rules.find((each) => (each.times ?? 1) > 0 && each.when(request));
    if (rule?.times !== undefined) rule.times -= 1;
    const action = rule?.then;
    if (action === 'stall') return;
    if (action === 'reset-before-send') {
      client.destroy();
    } else if (action === 'reset-after-send' || action === 'notice-after-send') {
      const end = () =>
        action === 'reset-after-send' ? client.destroy() : client.end(noticeOfDisconnection());
      server.removeAllListeners('data').once('data', end);
      server.write(request.bytes);
    } else if (action) {
      client.write(resultFor(request, action.answer.code, action.answer.text));
    } else {
      answers.expect(request);
      const delay = this.delay();
      if (delay === 0) server.write(request.bytes);
      else setTimeout(() => server.writable && server.write(request.bytes), delay);
    }
  }
}

/** Changes what Windows would answer differently. */
class Answers {
  readonly #unpaged = new Map<number, { request: LdapRequest; entries: number }>();

  constructor(private readonly windows: () => Windows) {}

  expect(request: LdapRequest): void {
    if (request.operation === 'search' && !isPaged(request))
      this.#unpaged.set(request.id, { request, entries: 0 });
  }

  pass(bytes: Buffer): Buffer[] {
    const answer = parseAnswer(bytes);
    const { maxPage = Infinity, maxRange, root } = this.windows();
    const search = this.#unpaged.get(answer.id);
    if (answer.kind === 'entry') {
      if (search && ++search.entries > maxPage) return [];
      const ranged = maxRange === undefined ? bytes : withRanges(bytes, maxRange);
      return [root === undefined ? ranged : withRoot(ranged, root)];
    }
    this.#unpaged.delete(answer.id);
    if (answer.kind !== 'done' || !search || search.entries <= maxPage) return [bytes];
    return [
      resultFor(search.request, 4, '00002023: LdapErr: DSID-0C0906DC, comment: size limit exceeded, data 0'),
    ];
  }
}

/** Whole messages out of a stream. */
function framed(each: (message: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let tlv = readTlv(rest, 0); tlv; tlv = readTlv(rest, 0)) {
      const message = Buffer.from(rest.subarray(0, tlv.end));
      rest = rest.subarray(tlv.end);
      each(message);
    }
  };
}
