import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/** A SCIM application as a process of its own, made of other people's code; see server.mjs. */
export class ScimApplication {
  private constructor(
    private readonly process: ChildProcess,
    readonly baseUrl: string,
    readonly token: string,
  ) {}

  static async start(): Promise<ScimApplication> {
    const token = randomBytes(16).toString('hex');
    const child = spawn(process.execPath, ['test/e2e/scim-application/server.mjs'], {
      env: { ...process.env, TOKEN: token },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const port = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
      child.once('exit', (code) => reject(new Error(`the application ended with ${code}`)));
    });
    return new ScimApplication(child, `http://127.0.0.1:${port}/scim`, token);
  }

  // Answers are looked into freely by the specifications.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  async all(endpoint: 'Users' | 'Groups'): Promise<any[]> {
    const found = [];
    for (let startIndex = 1; ; startIndex += 100) {
      const response = await fetch(`${this.baseUrl}/${endpoint}?startIndex=${startIndex}&count=100`, {
        headers: { authorization: `Bearer ${this.token}` },
      });
      // eslint-disable-next-line @typescript-eslint/no-explicit-any
      const { totalResults, Resources = [] } = (await response.json()) as any;
      found.push(...Resources);
      if (found.length >= totalResults || Resources.length === 0) return found;
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill();
    await ended;
  }
}
