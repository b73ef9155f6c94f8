import { AndFilter, EqualityFilter, type Filter, type SearchOptions } from 'ldapts';
import { ConnectorError } from '../../connector.js';
import { AdError } from '../errors/ad-error.js';
import { connectorError } from '../errors/connector-error.js';
import type { AdPool } from '../session/ad-pool.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import type { AdSettings } from '../settings.js';
import { DOMAIN_SCOPE, PlainControl } from '../values/controls.js';
import { domainOfDn } from '../values/dn.js';
import { guidDn } from '../values/guid.js';
import { AdSchema } from './schema-cache.js';

/** What is known about the domain; read again every hour. */
export interface DomainFacts {
  baseDn: string;
  dnsDomain: string;
  domainSid: string;
  /** SIDs of groups whose members rule the domain and whose RID differs from domain to domain. */
  privilegedSids: readonly string[];
  upnSuffixes: readonly string[];
  /** Deleted objects keep their attributes and memberships for a while (MS-ADTS §3.1.1.9.1). */
  recycleBin: boolean;
  passwords: { minLength: number; complex: boolean };
}

const FACTS_MAX_AGE_MS = 3_600_000;
const DOMAIN_PASSWORD_COMPLEX = 1;

/** Reads of the domain, in the terms of this connector. */
export class Directory {
  readonly schema = new AdSchema();
  #facts: { at: number; facts: Promise<DomainFacts> } | undefined;

  constructor(
    readonly pool: AdPool,
    readonly settings: AdSettings,
    private readonly now: () => number,
  ) {}

  /** Runs work on one session; what the controller refuses arrives as a connector error. */
  async run<T>(signal: AbortSignal, doing: string, work: (session: AdSession) => Promise<T>): Promise<T> {
    try {
      return await this.pool.use(signal, work);
    } catch (error) {
      throw error instanceof AdError ? connectorError(error, { doing }) : error;
    }
  }

  /** Work that only reads: where the fault was a passing one, it is done once more, on the controller that is there now. */
  async read<T>(signal: AbortSignal, doing: string, work: (session: AdSession) => Promise<T>): Promise<T> {
    try {
      return await this.run(signal, doing, work);
    } catch (error) {
      const again =
        error instanceof ConnectorError && error.cause instanceof AdError && isPassing(error.cause);
      if (!again || signal.aborted) throw error;
      return this.run(signal, doing, work);
    }
  }

  /** Like `run`, for answers that come in parts: the session is held until the last of them was taken. */
  async *stream<T>(
    signal: AbortSignal,
    doing: string,
    work: (session: AdSession) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    try {
      yield* this.pool.stream(signal, work);
    } catch (error) {
      throw error instanceof AdError ? connectorError(error, { doing }) : error;
    }
  }

  async facts(session: AdSession): Promise<DomainFacts> {
    if (!this.#facts || this.now() - this.#facts.at > FACTS_MAX_AGE_MS) {
      const facts = this.readFacts(session);
      this.#facts = { at: this.now(), facts };
      facts.catch(() => (this.#facts = undefined));
    }
    return this.#facts.facts;
  }

  baseDn(session: AdSession): string {
    return this.settings.baseDn ?? session.identity.defaultNamingContext;
  }

  /** By objectGUID, wherever it is in the domain. */
  async byGuid(
    session: AdSession,
    guid: string,
    attributes: readonly string[],
  ): Promise<AdEntry | undefined> {
    return this.readOne(session, guidDn(guid), attributes);
  }

  async readOne(session: AdSession, dn: string, attributes: readonly string[]): Promise<AdEntry | undefined> {
    try {
      const [entry] = await session.search(dn, { scope: 'base', attributes: [...attributes] });
      return entry;
    } catch (error) {
      if (error instanceof AdError && error.resultCode === 32) return undefined;
      throw error;
    }
  }

  /** Objects of the whole domain with this value. Referrals to other partitions are not wanted. */
  find(
    session: AdSession,
    filter: Filter | string,
    attributes: readonly string[],
    options: SearchOptions = {},
    base?: string,
  ): Promise<AdEntry[]> {
    const controls = session.supports(DOMAIN_SCOPE) ? [new PlainControl(DOMAIN_SCOPE)] : [];
    const from = base ?? this.baseDn(session);
    return session.search(from, { scope: 'sub', filter, attributes: [...attributes], ...options }, controls);
  }

  findByValue(
    session: AdSession,
    attribute: string,
    value: string,
    attributes: readonly string[],
    of?: Filter,
  ): Promise<AdEntry[]> {
    const equal = new EqualityFilter({ attribute, value });
    return this.find(session, of ? new AndFilter({ filters: [of, equal] }) : equal, attributes);
  }

  /** "Not there" is only believed when this controller has had the time to hear of it. */
  async notFound(detail: string, recommendedAction?: string): Promise<ConnectorError> {
    if (await this.pool.mayLag()) {
      return new ConnectorError({
        kind: 'unavailable',
        detail: `${detail} The domain controller changed a moment ago, so this is looked at again.`,
      });
    }
    return new ConnectorError({
      kind: 'missing',
      detail,
      ...(recommendedAction === undefined ? {} : { recommendedAction }),
    });
  }

  private async sidsOf(session: AdSession, names: readonly string[]): Promise<string[]> {
    const found = await Promise.all(
      names.map((name) => this.findByValue(session, 'sAMAccountName', name, ['objectSid'])),
    );
    return found.flat().map(({ sid }) => sid);
  }

  private async readFacts(session: AdSession): Promise<DomainFacts> {
    const baseDn = this.baseDn(session);
    const head = await this.readOne(session, baseDn, ['objectSid', 'minPwdLength', 'pwdProperties']);
    if (!head)
      throw new ConnectorError({
        kind: 'misconfigured',
        detail: `The base ${baseDn} does not exist or is not visible to the service account.`,
      });
    const partitions = await this.readOne(
      session,
      `CN=Partitions,${session.identity.configurationNamingContext}`,
      ['uPNSuffixes', 'msDS-EnabledFeature'],
    );
    const domains = await session.search(`CN=Partitions,${session.identity.configurationNamingContext}`, {
      scope: 'one',
      filter: '(nETBIOSName=*)',
      attributes: ['dnsRoot'],
    });
    const dnsDomain = domainOfDn(baseDn);
    const suffixes = [
      ...domains.flatMap((entry) => entry.all('dnsRoot')),
      ...(partitions?.all('uPNSuffixes') ?? []),
    ];
    return {
      baseDn,
      dnsDomain,
      domainSid: head.sid,
      privilegedSids: await this.sidsOf(session, PRIVILEGED_NAMES),
      upnSuffixes: [
        ...new Set(
          [dnsDomain, ...suffixes, ...this.settings.upnSuffixes].map((suffix) => suffix.toLowerCase()),
        ),
      ],
      recycleBin: (partitions?.all('msDS-EnabledFeature') ?? []).some((dn) =>
        /^CN=Recycle Bin Feature,/i.test(dn),
      ),
      passwords: {
        minLength: head.number('minPwdLength') ?? 7,
        complex: ((head.number('pwdProperties') ?? DOMAIN_PASSWORD_COMPLEX) & DOMAIN_PASSWORD_COMPLEX) !== 0,
      },
    };
  }
}

/** They load code into the DNS service of a controller ([MS-DNSP] §2.2.1.1.2, ServerLevelPluginDll); SDProp does not know them. */
export const PRIVILEGED_NAMES = ['DnsAdmins'];

/** Samba says this of an object that another of its processes is moving this moment. */
const BEING_MOVED = /Error retrieving instanceType for base/;

function isPassing(error: AdError): boolean {
  return error.connectionLost || BEING_MOVED.test(error.text);
}
