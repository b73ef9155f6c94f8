import { connect, createServer } from 'node:net';

/** Passes bytes on to a domain controller, each chunk of answers `latencyMs` later than it came; TLS stays end to end. */
export class DelayingProxy {
  latencyMs = 0;
  #server;
  #sockets = new Set();

  constructor(lab) {
    this.lab = lab;
  }

  async start() {
    this.#server = createServer((client) => this.#accept(client));
    await new Promise((resolve) => this.#server.listen(0, this.lab.host, resolve));
    return `ldaps://${this.lab.host}:${this.#server.address().port}`;
  }

  async stop() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#sockets.forEach((socket) => socket.destroy());
    await closed;
  }

  #accept(client) {
    const server = connect(this.lab.port, this.lab.host);
    const end = () => [client, server].forEach((socket) => socket.destroy());
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', end).on('close', () => (this.#sockets.delete(socket), end()));
    }
    client.on('data', (chunk) => server.write(chunk));
    server.on('data', (chunk) => {
      if (this.latencyMs === 0) client.write(chunk);
      else this.#later(client, chunk);
    });
  }

  #later(client, chunk) {
    setTimeout(() => client.writable && client.write(chunk), this.latencyMs);
  }
}
