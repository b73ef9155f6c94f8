import { createServer } from 'node:net';
import { PlainError } from '../plain-error.mjs';

/** LDAP, LDAPS and the global catalogue's two: Samba opens all four and knows no setting for other ports. */
const ports = [389, 636, 3268, 3269];

const free = (host, port) =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EADDRNOTAVAIL') resolve(false);
      else if (error.code === 'EACCES')
        reject(
          new PlainError(
            `opening port ${port} needs root: a domain controller listens on ${ports.join(', ')}`,
          ),
        );
      else reject(error);
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });

const allFree = async (host) => {
  for (const port of ports) if (!(await free(host, port))) return false;
  return true;
};

/** The first loopback address, from 127.0.0.1 on or in another network of 127.0.0.0/8, on which nobody serves LDAP. */
export async function freeLoopbackAddress(avoid = []) {
  const network = process.env.LANDFALL_LAB_NETWORK ?? '127.0.0';
  for (let last = 1; last < 255; last++) {
    const host = `${network}.${last}`;
    if (!avoid.includes(host) && (await allFree(host))) return host;
  }
  throw new PlainError(
    `no loopback address has the ports ${ports.join(', ')} free; another LDAP server may listen on all addresses (ss -ltnp shows it)`,
  );
}

export const addressIsFree = allFree;
