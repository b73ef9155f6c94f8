import { Agent, request } from 'node:http';

const core = 'urn:ietf:params:scim:schemas:core:2.0';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const patch = (Operations) => ({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations });
const groups = 20;
/** Nobody waits longer than that for an answer: a request that has none by then counts as one without status. */
const patienceMs = 60_000;

/** What Entra's provisioning service sends in a cycle, at a fixed rate whether or not answers come: look up, create, change, add and remove members. */
export class ProvisioningStream {
  answers = [];
  #users = [];
  #groups = [];
  #made = 0;
  #sent = 0;
  #agent = new Agent({ keepAlive: true });

  constructor({ baseUrl, token }) {
    this.baseUrl = baseUrl;
    this.headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
  }

  /** What exists before the cycle begins. */
  async prepare() {
    for (let n = 0; n < groups; n++) {
      const body = { schemas: [`${core}:Group`], displayName: `Stream group ${n}` };
      this.#groups.push((await this.#call('group POST', 'POST', '/Groups', body)).body.id);
    }
    for (let n = 0; n < groups; n++) await this.#create();
    this.answers = [];
  }

  /** Sends `rate` requests a second for that long; resolves when all are answered. */
  async run(seconds, rate, during) {
    const pending = [];
    const started = performance.now();
    for (let n = 0; n < seconds * rate; n++) {
      const due = started + (n * 1000) / rate;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      during((performance.now() - started) / 1000);
      pending.push(this.#next());
    }
    await Promise.all(pending);
  }

  close() {
    this.#agent.destroy();
  }

  #next() {
    const turn = this.#sent++ % 20;
    if (turn < 3) return this.#create();
    if (turn < 11) return this.#lookUp();
    if (turn < 16) return this.#change();
    return turn < 19 ? this.#member('Add') : this.#member('Remove');
  }

  async #create() {
    const name = `stream${this.#made++}`;
    const user = {
      schemas: [`${core}:User`, enterprise],
      userName: `${name}@contoso.example`,
      externalId: name,
      active: true,
      displayName: `Stream ${name}`,
      name: { givenName: 'Stream', familyName: name },
      emails: [{ type: 'work', primary: true, value: `${name}@contoso.example` }],
      [enterprise]: { employeeNumber: name, department: 'Harbour' },
    };
    const { status, body } = await this.#call('POST', 'POST', '/Users', user);
    if (status === 201) this.#users.push(body.id);
  }

  #lookUp() {
    const name = `stream${Math.floor(Math.random() * (this.#made + 5))}@contoso.example`;
    return this.#call('filter GET', 'GET', `/Users?filter=${encodeURIComponent(`userName eq "${name}"`)}`);
  }

  #change() {
    const value = `Title ${this.#sent}`;
    const body = patch([{ op: 'Replace', path: 'title', value }]);
    return this.#call('PATCH', 'PATCH', `/Users/${this.#any(this.#users)}`, body);
  }

  #member(op) {
    const body = patch([{ op, path: 'members', value: [{ value: this.#any(this.#users) }] }]);
    return this.#call('member PATCH', 'PATCH', `/Groups/${this.#any(this.#groups)}`, body);
  }

  #any(list) {
    return list[Math.floor(Math.random() * list.length)];
  }

  async #call(kind, method, path, body) {
    const started = performance.now();
    const answer = await this.#send(method, path, body).catch((error) => ({ status: error.message }));
    this.answers.push({ kind, status: answer.status, ms: performance.now() - started });
    return answer;
  }

  #send(method, path, body) {
    return new Promise((resolve, reject) => {
      const options = { method, agent: this.#agent, headers: this.headers, timeout: patienceMs };
      const sent = request(this.baseUrl + path, options, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk)).once('error', reject);
        answer.once('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: answer.statusCode, body: text === '' ? undefined : JSON.parse(text) });
        });
      });
      sent.once('timeout', () => sent.destroy(new Error(`no answer within ${patienceMs / 1000} s`)));
      sent.once('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  }
}
