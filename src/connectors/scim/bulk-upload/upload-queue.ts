import type { JsonObject } from '../../../schema/types.js';
import { ConnectorError } from '../../connector.js';
import type { ScimSession } from '../scim-session.js';

const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
/** Entra's limit. */
const mostOperations = 50;
/** What arrives within this time travels together. */
const lingerMs = 100;
const callLimitMs = 60_000;

interface Waiting {
  bulkId: string;
  data: JsonObject;
  accepted(location: string): void;
  failed(error: unknown): void;
}

/** Gathers the uploads of attempts that run at the same time into calls of up to 50 operations. */
export class UploadQueue {
  private waiting: Waiting[] = [];
  private timer?: NodeJS.Timeout;

  constructor(private readonly session: ScimSession) {}

  /** Resolves with the address of the provisioning log when the call that carried it was accepted. */
  upload(bulkId: string, data: JsonObject, signal: AbortSignal): Promise<string> {
    return new Promise((accepted, failed) => {
      const entry: Waiting = { bulkId, data, accepted, failed };
      signal.addEventListener('abort', () => this.giveUp(entry), { once: true });
      this.waiting.push(entry);
      if (this.waiting.length >= mostOperations) this.flush();
      else this.timer ??= setTimeout(() => this.flush(), lingerMs);
    });
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const batch = this.waiting.splice(0, mostOperations);
    if (this.waiting.length > 0) this.timer = setTimeout(() => this.flush(), lingerMs);
    if (batch.length > 0) void this.send(batch);
  }

  private async send(batch: readonly Waiting[]): Promise<void> {
    const Operations = batch.map(({ bulkId, data }) => ({ method: 'POST', bulkId, path: '/Users', data }));
    const body: JsonObject = { schemas: [BULK_REQUEST], Operations, failOnErrors: null };
    try {
      const { headers } = await this.session.send('POST', '', { body }, AbortSignal.timeout(callLimitMs));
      batch.forEach(({ accepted }) => accepted(headers.location ?? ''));
    } catch (error) {
      batch.forEach(({ failed }) => failed(error));
    }
  }

  /** Not sent yet: nothing happened. On its way: nobody knows. */
  private giveUp(entry: Waiting): void {
    const index = this.waiting.indexOf(entry);
    if (index >= 0) this.waiting.splice(index, 1);
    const kind = index >= 0 ? 'unavailable' : 'unknown';
    entry.failed(new ConnectorError({ kind, detail: 'the time was up before the upload was accepted' }));
  }
}
