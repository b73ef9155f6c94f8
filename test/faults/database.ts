import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres, type Postgres } from '../../scripts/lab/postgres.mjs';

/** Ends with the server, and ends the server when standard input closes. */
const tied = `
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
{ cat <&3; kill -INT $server; } &
wait $server
`;

/** A PostgreSQL cluster that stops and comes back with its data, on the same port. */
export class Database {
  private second: ChildProcess | undefined;

  private constructor(
    private readonly cluster: Postgres,
    readonly folder: string,
  ) {}

  /** A throwaway cluster removes its folder when its server ends; under another name the folder stays. */
  static async start(): Promise<Database> {
    const cluster = await startPostgres();
    const given = cluster.logFile.replace(/\.log$/, '');
    const database = new Database(cluster, `${given}-kept`);
    renameSync(given, database.folder);
    await database.halt('SIGINT');
    await database.resume();
    return database;
  }

  get url(): string {
    return this.cluster.url;
  }

  get logFile(): string {
    return this.cluster.logFile;
  }

  /** SIGINT ends it in order, SIGQUIT as a crash does: the log is replayed at the next start. */
  async halt(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    const pid = this.postmaster();
    process.kill(pid, signal);
    while (isAlive(pid)) await sleep(25);
    this.second?.stdin?.destroy();
  }

  async resume(): Promise<void> {
    const data = join(this.folder, 'data');
    const [command, ...parameters] = readFileSync(join(data, 'postmaster.opts'), 'utf8')
      .trim()
      .split(' ')
      .map((word) => word.replace(/^"|"$/g, ''))
      .map((word) => (word === data.replace('-kept/', '/') ? data : word));
    const { uid, gid, size } = { ...ids(data), size: statSync(this.logFile).size };
    const log = openSync(this.logFile, 'a');
    this.second = spawn('sh', ['-c', tied, 'sh', command!, ...parameters], {
      uid,
      gid,
      cwd: this.folder,
      env: { PATH: process.env.PATH, LANG: 'C', LC_ALL: 'C' },
      stdio: ['pipe', log, log],
    });
    closeSync(log);
    for (let waited = 0; !this.ready(size); waited += 25) {
      if (waited > 60_000) throw new Error(`PostgreSQL does not come back; see ${this.logFile}`);
      await sleep(25);
    }
  }

  async stop(): Promise<void> {
    await this.halt('SIGINT').catch(() => undefined);
    await this.cluster.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private ready(from: number): boolean {
    return readFileSync(this.logFile, 'utf8').slice(from).includes('ready to accept connections');
  }

  private postmaster(): number {
    return Number(readFileSync(join(this.folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  }
}

function ids(path: string): { uid: number; gid: number } {
  const { uid, gid } = statSync(path);
  return { uid, gid };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
