import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';

/** An LDAP search request (RFC 4511 §4.5.1) for the root DSE, message id 1: base "", filter (objectClass=*), no attributes. */
const searchRootDse = Buffer.from(
  '30250201016320040' + '00a01000a0100020100020100010100870b6f626a656374436c6173733000',
  'hex',
);

/** Resolves once the server at this address, proving itself to the given CA, answers LDAP. */
export const answersLdap = (host, caFile, timeout = 3_000) =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port: 636, ca: readFileSync(caFile), timeout }, () =>
      socket.write(searchRootDse),
    );
    const end = (settle) => (value) => {
      socket.destroy();
      settle(value);
    };
    socket.once(
      'data',
      end(() => resolve()),
    );
    socket.once('error', end(reject));
    socket.once(
      'close',
      end(() => reject(new Error(`${host}:636 closed the connection`))),
    );
    socket.once(
      'timeout',
      end(() => reject(new Error(`${host}:636 did not answer within ${timeout} ms`))),
    );
  });
