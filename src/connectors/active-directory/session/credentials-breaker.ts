import type { ConnectorError } from '../../connector.js';

const REST_MS = 10 * 60_000;

/** After a refused sign-in nothing is tried for a while: each further try counts towards the lockout of the service account. */
export class CredentialsBreaker {
  #last: { at: number; error: ConnectorError } | undefined;

  constructor(private readonly now: () => number) {}

  refused(error: ConnectorError): void {
    this.#last = { at: this.now(), error };
  }

  throwIfRefused(): void {
    if (this.#last && this.now() - this.#last.at < REST_MS) throw this.#last.error;
    this.#last = undefined;
  }

  forget(): void {
    this.#last = undefined;
  }
}
