import { readFileSync } from 'node:fs';

interface EntraRequest {
  name: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
  expect: { status: number | number[]; body?: unknown; bodyContains?: unknown; contentType?: string };
}

export interface Answer {
  status: number;
  contentType: string;
  // Answers are looked into freely by the specifications.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
}

const requests = new Map(
  (JSON.parse(readFileSync('test/vectors/entra-requests.json', 'utf8')) as EntraRequest[]).map((request) => [
    request.name,
    request,
  ]),
);

/** Speaks as Entra's provisioning service does: replays recorded requests with values filled in, and sends free ones. */
export class EntraClient {
  readonly replayed = new Set<string>();

  constructor(
    readonly baseUrl: string,
    private readonly token: string,
  ) {}

  /** The recorded requests that are for this server; the token endpoint is a later matter. */
  static names(): string[] {
    return [...requests.keys()].filter((name) => !name.startsWith('oauth-')).sort();
  }

  /** Sends a recorded request and checks the answer against what was recorded with it. */
  async replay(name: string, values: Record<string, string> = {}): Promise<Answer> {
    const request = requests.get(name);
    if (!request) throw new Error(`no recorded request ${name}`);
    this.replayed.add(name);
    const all = { ...values, baseUrl: this.baseUrl };
    const answer = await this.send(
      request.method,
      fill(request.path, all, encodeURIComponent),
      request.body === null ? undefined : JSON.parse(fill(JSON.stringify(request.body), all)),
    );
    const { status, body, bodyContains, contentType } = request.expect;
    if (![status].flat().includes(answer.status)) {
      throw new Error(`${name}: ${answer.status} ${JSON.stringify(answer.body)}, expected ${String(status)}`);
    }
    if (contentType) expect(answer.contentType).toContain(contentType);
    if (bodyContains) expect(answer.body).toMatchObject(bodyContains as object);
    if (body) expect(answer.body).toMatchObject(anything(body) as object);
    return answer;
  }

  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json; charset=utf-8' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      body: text === '' ? undefined : JSON.parse(text),
    };
  }

  patch(path: string, ...operations: object[]): Promise<Answer> {
    return this.send('PATCH', path, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: operations,
    });
  }
}

function fill(
  text: string,
  values: Record<string, string>,
  encode: (value: string) => string = (value) => value,
): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => {
    if (name === 'token') return '';
    const value = values[name];
    if (value === undefined) throw new Error(`no value for {{${name}}}`);
    return name === 'baseUrl' ? value : encode(value);
  });
}

/** `{{any}}` stands for any text. */
function anything(expected: unknown): unknown {
  if (expected === '{{any}}') return expect.any(String);
  if (Array.isArray(expected)) return expected.map(anything);
  if (typeof expected !== 'object' || expected === null) return expected;
  return Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, anything(value)]));
}
