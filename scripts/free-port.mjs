import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below what Linux (32768), macOS and Windows (49152) give to outgoing connections. */
const LOWEST = 15_000;
const HIGHEST = 32_000;
const TRIES = 50;

/** The ports given out already by this process: their servers may not listen yet, or may be restarting. */
const given = new Set();

/**
 * A port of 127.0.0.1 that nobody listens on at the moment. It is not one that the system would choose: an outgoing
 * connection of anybody could take such a port while the server it was meant for is being restarted.
 */
export async function freePort() {
  for (let tried = 0; tried < TRIES; tried++) {
    const port = randomInt(LOWEST, HIGHEST);
    if (!given.has(port) && (await isFree(port))) {
      given.add(port);
      return port;
    }
  }
  throw new Error(`No free port of 127.0.0.1 found in ${TRIES} tries between ${LOWEST} and ${HIGHEST}.`);
}

function isFree(port) {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', (error) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
