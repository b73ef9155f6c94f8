import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../src/schema/types.js';

/** One request as Entra sends it, with what it expects (test/vectors/entra-requests.json). */
export interface EntraRequest {
  name: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: JsonObject | string | null;
  expect: { status: number | number[]; contentType?: string; body?: JsonObject; bodyContains?: JsonObject };
}

export interface EntraAnswer {
  status: number;
  contentType: string | null;
  text: string;
  body: JsonObject;
}

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Every request of the file but those for a token endpoint, which is not SCIM. */
export function entraRequests(): EntraRequest[] {
  const all = JSON.parse(
    readFileSync(new URL('../vectors/entra-requests.json', import.meta.url), 'utf8'),
  ) as EntraRequest[];
  return all.filter(({ name }) => !name.startsWith('oauth-'));
}

/** Whom a request needs beyond the variables that it names. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  'user-lookup-by-employeenumber': ['userId'],
  'user-lookup-username-hit': ['userId'],
  'user-create-duplicate': ['userId'],
  'user-lookup-inactive': ['leaverId'],
  'group-lookup-by-externalid': ['groupId'],
};

/** Makes what a request speaks of, sends it, and takes everything away again. */
export class EntraWorld {
  readonly variables: Record<string, string>;
  private readonly created: string[] = [];

  constructor(
    readonly baseUrl: string,
    token: string,
  ) {
    this.variables = {
      baseUrl,
      token,
      guid: randomUUID(),
      groupObjectId: randomUUID(),
      watermark: new Date(Date.now() + 60_000).toISOString(),
    };
  }

  async prepare(request: EntraRequest): Promise<void> {
    const named = [...JSON.stringify([request.path, request.body]).matchAll(/\{\{(\w+)\}\}/g)].map(
      ([, name]) => name!,
    );
    for (const name of [...(NEEDS[request.name] ?? []), ...named]) {
      if (this.variables[name] === undefined) this.variables[name] = await this.make(name, request);
    }
  }

  /** Whatever a request makes is taken away too. */
  async send(request: Pick<EntraRequest, 'method' | 'path' | 'body'>): Promise<EntraAnswer> {
    const path = this.filled(request.path);
    const answer = await this.ask(
      request.method,
      path,
      request.body === null ? undefined : this.filled(JSON.stringify(request.body)),
    );
    if (request.method === 'POST' && answer.status === 201)
      this.created.push(`${path}/${String(answer.body['id'])}`);
    return answer;
  }

  read(path: string): Promise<EntraAnswer> {
    return this.ask('GET', this.filled(path));
  }

  async cleanUp(): Promise<void> {
    for (const path of this.created.reverse()) await this.ask('DELETE', path);
  }

  private async make(name: string, request: EntraRequest): Promise<string> {
    switch (name) {
      case 'userId':
        return this.user('nora.quill@contoso.example', await this.nora(request));
      case 'managerId':
        return this.user('boss@contoso.example', { displayName: 'The Boss' });
      case 'memberId':
      case 'memberId2':
        return this.user(`${name}@contoso.example`);
      case 'leaverId':
        return this.user('leaver@contoso.example', { active: false });
      case 'deletedUserId': {
        const id = await this.user('gone@contoso.example');
        await this.ask('DELETE', `/Users/${id}`);
        return id;
      }
      case 'groupId':
        return this.group();
      default:
        throw new Error(`${request.name} names an unknown variable ${name}`);
    }
  }

  private async nora(request: EntraRequest): Promise<JsonObject> {
    const enterprise: JsonObject = { employeeNumber: '880417', department: 'Payroll' };
    if (/manager-(remove|clear)|get-by-cached/.test(request.name)) {
      this.variables['managerId'] = await this.make('managerId', request);
      enterprise['manager'] = { value: this.variables['managerId'] };
    }
    const emails = request.name.includes('remove-with-value')
      ? [{ type: 'work', value: 'old@contoso.example' }]
      : [];
    return {
      title: 'Clerk',
      name: { formatted: 'Nora Quill' },
      emails,
      active: !request.name.includes('restore'),
      [ENTERPRISE]: enterprise,
    };
  }

  private async user(userName: string, more: JsonObject = {}): Promise<string> {
    return this.idOf(
      await this.send({
        method: 'POST',
        path: '/Users',
        body: { schemas: [USER, ENTERPRISE], userName, ...more },
      }),
    );
  }

  private async group(): Promise<string> {
    const old = await this.user('old.member@contoso.example');
    const body = {
      schemas: [GROUP],
      displayName: 'Payroll reviewers',
      externalId: '{{groupObjectId}}',
      members: [{ value: old }],
    };
    return this.idOf(await this.send({ method: 'POST', path: '/Groups', body }));
  }

  private idOf({ status, text, body }: EntraAnswer): string {
    if (status !== 201) throw new Error(`The request could not be prepared: ${status} ${text}`);
    return body['id'] as string;
  }

  private filled(text: string): string {
    return text.replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => this.variables[name] ?? placeholder);
  }

  private async ask(method: string, path: string, body?: string): Promise<EntraAnswer> {
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${this.variables['token']}`,
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json; charset=utf-8' }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const contentType = response.headers.get('content-type');
    return {
      status: response.status,
      contentType,
      text,
      body: text === '' ? {} : (JSON.parse(text) as JsonObject),
    };
  }
}

export { ENTERPRISE };
