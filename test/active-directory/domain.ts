import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { Lab } from '../../scripts/lab/lab.mjs';
import { activeDirectory, AdSettings } from '../../src/connectors/active-directory/index.js';
import type {
  Applied,
  Connector,
  DesiredAccount,
  DesiredAttribute,
  Lists,
  PasswordToSet,
  Plan,
  Subject,
  TargetValue,
} from '../../src/connectors/connector.js';
import type { ServerChoice } from '../../src/connectors/kind.js';
import { newId } from '../../src/identity/id.js';

export const storeId = 'store-under-test';

/** What the tests map: everything they write, and nothing else is allowed. */
export const mapped = {
  User: [
    ...[
      'sAMAccountName',
      'userPrincipalName',
      'displayName',
      'givenName',
      'sn',
      'title',
      'mail',
      'department',
      'manager',
    ],
    ...[
      'telephoneNumber+otherTelephone',
      'country',
      'proxyAddresses',
      'accountExpires',
      'thumbnailPhoto',
      'description',
      'employeeID',
    ],
  ],
  Group: ['sAMAccountName', 'displayName', 'description', 'managedBy'],
};

export interface ConnectorOptions {
  settings?: Record<string, unknown>;
  mapped?: Record<string, readonly string[]>;
  server?: ServerChoice;
  now?: () => number;
  storeId?: string;
}

/** A settings object as the configuration loader makes it. */
export function settingsOf(lab: Lab, more: Record<string, unknown> = {}): AdSettings {
  const settings = plainToInstance(AdSettings, {
    servers: [lab.ldapUrl],
    domain: lab.dnsDomain,
    caFile: lab.caFile,
    bindDn: lab.bindDn,
    bindPassword: lab.bindPassword,
    users: { container: lab.usersOu },
    groups: { container: lab.groupsOu },
    ...more,
  });
  const faults = validateSync(settings, { whitelist: true, forbidNonWhitelisted: true });
  if (faults.length > 0) throw new Error(faults.map((fault) => fault.toString()).join('\n'));
  return settings;
}

/** The connector under test, always as the delegated account. */
export function connect(lab: Lab, options: ConnectorOptions = {}): Connector & Lists {
  const quiet = () => undefined;
  return activeDirectory.create(settingsOf(lab, options.settings), {
    target: 'ad',
    storeId: options.storeId ?? storeId,
    log: { info: quiet, warn: quiet, error: quiet },
    mapped: options.mapped ?? mapped,
    now: options.now ?? Date.now,
    ...(options.server ? { server: options.server } : {}),
  }) as Connector & Lists;
}

export const soon = (): AbortSignal => AbortSignal.timeout(30_000);

export interface Wish {
  rdn?: string;
  unique?: Record<string, string>;
  attributes?: Record<string, TargetValue | TargetValue[]>;
  enabled?: boolean;
  container?: string;
  references?: Record<string, string[]>;
  password?: string | undefined;
  mustChange?: boolean;
  match?: { attribute: string; value: string }[];
  id?: string;
}

/** One person or group, as delivery would ask for it. */
export class Person {
  readonly id: string;
  anchor: string | undefined;
  createdByUs = true;

  constructor(
    readonly connector: Connector,
    readonly kind: 'User' | 'Group',
    readonly name: string,
    private readonly wish: Wish = {},
  ) {
    this.id = wish.id ?? newId();
  }

  subject(changed: Wish = {}): Subject {
    const wish = { ...this.wish, ...changed };
    const password: PasswordToSet | undefined =
      wish.password === undefined
        ? undefined
        : { value: wish.password, mustChange: wish.mustChange ?? false };
    return {
      kind: this.kind,
      resourceId: this.id,
      stamp: `${storeId}:${this.id}`,
      label: this.name,
      desired: desired(wish, this.kind, this.name),
      match: wish.match ?? [],
      ...(password ? { password } : {}),
    };
  }

  known() {
    return this.anchor === undefined ? undefined : { anchor: this.anchor, createdByUs: this.createdByUs };
  }

  plan(changed?: Wish): Promise<Plan> {
    return this.connector.plan(this.subject(changed), this.known(), soon());
  }

  async apply(changed?: Wish): Promise<Applied> {
    const applied = await this.connector.execute(await this.plan(changed), soon());
    this.anchor = applied.anchor;
    return applied;
  }

  async remove(policy: 'delete' | 'disable' | 'retain'): Promise<Plan> {
    const plan = await this.planRemoval(policy);
    await this.connector.execute(plan, soon());
    return plan;
  }

  planRemoval(policy: 'delete' | 'disable' | 'retain'): Promise<Plan> {
    return this.connector.plan({ ...this.subject(), desired: { removal: { policy } } }, this.known(), soon());
  }

  group() {
    return { anchor: this.anchor!, createdByUs: true, resourceId: this.id, label: this.name };
  }

  edge(present = true) {
    return { memberId: this.id, memberKind: this.kind, memberAnchor: this.anchor!, present };
  }
}

export async function setMembers(
  connector: Connector,
  group: Person,
  people: readonly Person[],
  present = true,
): Promise<Applied | Plan> {
  const plan = await connector.planMembers(
    group.group(),
    people.map((person) => person.edge(present)),
    soon(),
  );
  return plan.action === 'none' ? plan : connector.execute(plan, soon());
}

function desired(wish: Wish, kind: 'User' | 'Group', name: string): DesiredAccount {
  const unique = {
    sAMAccountName: name,
    ...(kind === 'User' ? { userPrincipalName: `${name}@contoso.example` } : {}),
    ...wish.unique,
  };
  return {
    ...(wish.container === undefined ? {} : { container: wish.container }),
    ...(kind === 'Group' ? {} : { enabled: wish.enabled ?? true }),
    attributes: Object.entries(wish.attributes ?? {}).map(([attribute, value]): DesiredAttribute => ({
      name: attribute,
      values: Array.isArray(value) ? value : [value],
      apply: 'always',
      mapping: `test ${attribute}`,
    })),
    unique: Object.fromEntries(
      Object.entries({ rdn: wish.rdn ?? name, ...unique }).map(([attribute, value]) => [
        attribute,
        {
          value,
          givenByClient: attribute === 'userPrincipalName',
          apply: 'always',
          mapping: `test ${attribute}`,
        },
      ]),
    ),
    references: Object.entries(wish.references ?? {}).map(([attribute, anchors]) => ({
      attribute,
      anchors,
      pending: [],
      mapping: `test ${attribute}`,
    })),
  };
}

export const initialPassword = 'Gr4nite-Kettle!73';

export function user(connector: Connector, name: string, wish: Wish = {}): Person {
  return new Person(connector, 'User', name, { password: initialPassword, ...wish });
}

export function group(connector: Connector, name: string, wish: Wish = {}): Person {
  return new Person(connector, 'Group', name, wish);
}
