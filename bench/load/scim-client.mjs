import { Agent, request } from 'node:http';

/** A SCIM client on kept-alive connections, as many as there are concurrent callers. */
export class ScimClient {
  constructor({ baseUrl, token }) {
    this.baseUrl = baseUrl;
    this.agent = new Agent({ keepAlive: true, maxSockets: 64 });
    this.headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
  }

  /** Resolves with the parsed body of a 2xx answer; everything else is a failure. */
  call(method, path, body) {
    return new Promise((resolve, reject) => {
      const options = { method, agent: this.agent, headers: this.headers, timeout: 60_000 };
      const sent = request(this.baseUrl + path, options, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (answer.statusCode < 200 || answer.statusCode > 299)
            reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`));
          else resolve(text === '' ? undefined : JSON.parse(text));
        });
      });
      sent.once('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer within 60 s`)));
      sent.once('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  }

  close() {
    this.agent.destroy();
  }
}
