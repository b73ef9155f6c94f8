/**
 * Every worker of every run starts its domain controllers in a loopback network of its own: the address of one that a
 * specification has stopped stays free until it is started again.
 */
const { JEST_WORKER_ID = '1' } = process.env;
process.env.LANDFALL_LAB_NETWORK ??= `127.${16 + (process.ppid % 200)}.${Number(JEST_WORKER_ID) % 256}`;
