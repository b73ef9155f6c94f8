import { Attribute, Change, type Filter, AndFilter, EqualityFilter } from 'ldapts';
import { ConnectorError, type Finding, type ResourceKind } from '../../connector.js';
import { attributesOf, isForbidden } from '../account/attribute-fence.js';
import { FENCE_ATTRIBUTES, type Fence } from '../account/fence.js';
import { canBearStamp } from '../account/stamp.js';
import type { Directory } from '../domain/directory.js';
import { passwordFor } from '../generate-password.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import type { AdSettings } from '../settings.js';
import { POLICY_HINTS } from '../values/controls.js';
import { passwordValue } from '../values/password-value.js';
import { AdError } from '../errors/ad-error.js';
import { checkProtectedGroups, checkTokenGroups } from './protection.js';

const SKEW_LIMIT_MS = 5 * 60_000;
const RIGHTS_REMEDY = 'Run the script of `landfall target rights` as an administrator of the domain.';
const LEVELS: Readonly<Record<number, string>> = {
  2: '2003',
  3: '2008',
  4: '2008 R2',
  5: '2012',
  6: '2012 R2',
  7: '2016',
  10: '2025',
};

/** Proves connection and rights before the first user arrives. Writes nothing, but a password of the canary where one is named. */
export class Check {
  constructor(
    private readonly directory: Directory,
    private readonly fence: Fence,
    private readonly settings: AdSettings,
    private readonly mapped: Readonly<Record<string, readonly string[]>>,
  ) {}

  async run(signal: AbortSignal): Promise<Finding[]> {
    try {
      const found = await this.directory.run(signal, 'check the target', async (session) => ({
        server: session.server,
        findings: await this.all(session),
      }));
      return [...found.findings, ...(await this.others(found.server, signal))];
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      const remedy =
        error.recommendedAction ??
        'See that the controller is reachable, its certificate is signed by caFile, and the service account is in order.';
      return [{ severity: 'error', subject: 'connection', detail: error.detail, remedy }];
    }
  }

  /** The controllers that are not in use: whether a move to them would succeed is better known before it is needed. */
  private async others(used: string, signal: AbortSignal): Promise<Finding[]> {
    const surveyed = await this.directory.pool.survey(signal, used);
    return surveyed.map(({ server, fault }) =>
      fault === undefined
        ? ok('next controller', `${server} would take over`)
        : {
            severity: 'warning',
            subject: 'next controller',
            detail: fault,
            remedy: `Mend ${server}, or take it out of the settings: it cannot take over.`,
          },
    );
  }

  private async all(session: AdSession): Promise<Finding[]> {
    const findings = [...this.connection(session), ...(await this.domain(session))];
    await this.directory.schema.load(session, this.everyAttribute());
    findings.push(...this.schema(), ...(await checkProtectedGroups(this.directory, session)));
    for (const kind of ['User', 'Group'] as const) {
      for (const base of this.fence.bases(kind)) findings.push(...(await this.place(session, kind, base)));
    }
    if (this.settings.canary !== undefined) findings.push(await this.canary(session, this.settings.canary));
    return findings;
  }

  private connection(session: AdSession): Finding[] {
    const { host, clockSkewMs, functionality, vendor } = session.identity;
    const seconds = Math.round(clockSkewMs / 1000);
    const level = LEVELS[functionality.domain] ?? String(functionality.domain);
    return [
      ok('connection', `${session.server} (${host}, ${vendor === 'samba' ? 'Samba' : 'Windows'})`),
      ok(
        'TLS',
        `the certificate is verified${this.settings.pins.length > 0 ? ' and one of the pinned keys' : ''}`,
      ),
      ok('bind', this.settings.bindDn),
      Math.abs(clockSkewMs) < SKEW_LIMIT_MS
        ? ok('clock', `differs by ${seconds} s`)
        : {
            severity: 'warning',
            subject: 'clock',
            detail: `differs by ${seconds} s`,
            remedy: 'Set the clocks: password ages are compared.',
          },
      functionality.domain >= 4
        ? ok('functional level', level)
        : {
            severity: 'warning',
            subject: 'functional level',
            detail: level,
            remedy: 'Raise the functional level of the domain.',
          },
    ];
  }

  private async domain(session: AdSession): Promise<Finding[]> {
    const { baseDn, upnSuffixes, passwords } = await this.directory.facts(session);
    const { domain } = this.settings;
    const known = domain === undefined || upnSuffixes.includes(domain.toLowerCase());
    return [
      ok('base', baseDn),
      known
        ? ok('sign-in names', `suffixes: ${upnSuffixes.join(', ')}`)
        : {
            severity: 'error',
            subject: 'sign-in names',
            detail: `the forest does not list the suffix ${domain}`,
            remedy: 'Add it to the UPN suffixes of the forest, or correct "domain".',
          },
      ok('passwords', `at least ${passwords.minLength} characters${passwords.complex ? ', complex' : ''}`),
      ...this.history(session),
    ];
  }

  private history(session: AdSession): Finding[] {
    if (!this.settings.passwords.history) return [];
    const subject = 'password history';
    if (session.supports(POLICY_HINTS)) return [ok(subject, 'is obeyed by resets')];
    const detail =
      'the controller does not offer to compare with it (policy hints): a reset may repeat a password';
    const remedy = 'Take passwords.history out of the settings, or name controllers that offer it.';
    return [{ severity: 'warning', subject, detail, remedy }];
  }

  private everyAttribute(): string[] {
    return [this.settings.anchorAttribute, ...Object.values(this.mapped).flat().flatMap(attributesOf)];
  }

  private schema(): Finding[] {
    const missing = this.everyAttribute().filter((name) => !this.directory.schema.attribute(name));
    const anchor = this.directory.schema.attribute(this.settings.anchorAttribute);
    const findings = [...new Set(missing)].map((name): Finding => ({
      severity: 'error',
      subject: `attribute ${name}`,
      detail: 'the schema of the domain does not have it',
      remedy: 'Correct the mapping, or extend the schema.',
    }));
    if (anchor && !anchor.indexed) {
      findings.push({
        severity: 'warning',
        subject: `attribute ${anchor.name}`,
        detail: 'is not indexed: finding a lost create is slow',
        remedy: 'Choose one of msDS-cloudExtensionAttribute1 to 20.',
      });
    }
    return findings.length > 0 ? findings : [ok('schema', 'has every mapped attribute')];
  }

  private async place(session: AdSession, kind: ResourceKind, base: string): Promise<Finding[]> {
    const entry = await this.directory.readOne(session, base, ['allowedChildClassesEffective']);
    if (!entry) {
      return [
        {
          severity: 'error',
          subject: base,
          detail: 'does not exist or is not visible to the service account',
          remedy: 'Create it, or correct the settings.',
        },
      ];
    }
    const className = kind === 'Group' ? 'group' : 'user';
    const mayCreate = entry
      .all('allowedChildClassesEffective')
      .some((name) => name.toLowerCase() === className);
    const created: Finding = mayCreate
      ? ok(`create ${className}`, base)
      : {
          severity: 'error',
          subject: `create ${className}`,
          detail: `the service account may not create ${className}s in ${base}`,
          remedy: RIGHTS_REMEDY,
        };
    const token = kind === 'Group' ? [] : await checkTokenGroups(this.directory, session, base);
    return [ok(base, 'is there'), created, ...(await this.writing(session, kind, className, base)), ...token];
  }

  /** The domain itself says what may be written, on an object of the kind (MS-ADTS §3.1.1.4.5.19). */
  private async writing(
    session: AdSession,
    kind: ResourceKind,
    className: string,
    base: string,
  ): Promise<Finding[]> {
    const filter: Filter = new AndFilter({
      filters: [
        new EqualityFilter({ attribute: 'objectCategory', value: className === 'user' ? 'person' : 'group' }),
        new EqualityFilter({ attribute: 'objectClass', value: className }),
      ],
    });
    const [sample] = await this.directory.find(
      session,
      filter,
      ['allowedAttributesEffective', 'objectClass'],
      { sizeLimit: 1 },
      base,
    );
    if (!sample) {
      return [
        {
          severity: 'warning',
          subject: `write ${className}`,
          detail: `${base} holds no ${className} yet on which the rights could be read`,
          remedy: 'Check again after the first create.',
        },
      ];
    }
    const missing = this.missingRights(kind, sample);
    if (missing.length === 0) return [ok(`write ${className}`, `every mapped attribute (${sample.dn})`)];
    return missing.map((name): Finding => ({
      severity: 'error',
      subject: `write ${name}`,
      detail: `the service account may not write it on ${sample.dn}`,
      remedy: RIGHTS_REMEDY,
    }));
  }

  private missingRights(kind: ResourceKind, sample: AdEntry): string[] {
    const allowed = new Set(sample.all('allowedAttributesEffective').map((name) => name.toLowerCase()));
    const state =
      kind === 'Group' ? ['member', 'groupType', 'cn'] : ['userAccountControl', 'pwdLastSet', 'cn'];
    const mapped = (this.mapped[kind] ?? []).flatMap(attributesOf).filter((name) => !isForbidden(name));
    const stamp = canBearStamp(kind, this.settings.anchorAttribute, sample)
      ? [this.settings.anchorAttribute]
      : [];
    return [...new Set([...state, ...stamp, ...mapped])].filter((name) => !allowed.has(name.toLowerCase()));
  }

  private async canary(session: AdSession, dn: string): Promise<Finding> {
    const subject = 'reset password';
    const { passwords } = await this.directory.facts(session);
    const value = passwordValue(
      passwordFor({ minLength: passwords.minLength, length: this.settings.passwords.length, names: [dn] }),
    );
    const change = new Change({
      operation: 'replace',
      modification: new Attribute({ type: 'unicodePwd', values: [value] }),
    });
    const entry = await this.directory.readOne(session, dn, FENCE_ATTRIBUTES);
    const refusal = entry ? this.fence.refusal(entry, 'User') : 'it does not exist.';
    if (refusal !== undefined)
      return {
        severity: 'error',
        subject,
        detail: `the canary ${dn} is not used: ${refusal}`,
        remedy: 'Name an ordinary user of the managed scope.',
      };
    try {
      await session.modify(dn, [change], 'modify unicodePwd');
      return ok(subject, `of the canary ${dn}`);
    } catch (error) {
      if (!(error instanceof AdError)) throw error;
      return {
        severity: 'error',
        subject,
        detail: `refused on the canary ${dn}: ${error.row.meaning}`,
        remedy: RIGHTS_REMEDY,
      };
    }
  }
}

function ok(subject: string, detail: string): Finding {
  return { severity: 'ok', subject, detail };
}
