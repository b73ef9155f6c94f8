import type { Random } from './random.js';
import type { Population, User, UserSlot } from './population.js';
import type { Request } from './scim-client.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** One request and what it does to the state that it meets. */
export interface Change<State> {
  request: Request;
  apply(state: State | null): State | null | undefined;
  incarnation: number;
  /** Attributes in the target that it may change. */
  touches: readonly string[];
  /** The controller refuses it. */
  bad: boolean;
}

/** An account outside of everything managed has these names. */
export const taken = { userName: 'taken@contoso.example', displayName: 'Taken by others' };

/** Two kinds of characters only: the domain asks for three. */
export const weakPassword = 'onlylowercaseweak';
export const goodPassword = 'Camp4ign!Secret-';

interface Values {
  userName?: string;
  displayName?: string;
  title?: string | null;
  department?: string | null;
  active?: boolean;
  visitor?: boolean;
  managed?: boolean;
  password?: string;
}

export const userTypeOf = ({ visitor }: Pick<User, 'visitor'>): string => (visitor ? 'Visitor' : 'Employee');

const paths: Record<Exclude<keyof Values, 'managed'>, string> = {
  userName: 'userName',
  displayName: 'displayName',
  title: 'title',
  department: `${ENTERPRISE}:department`,
  active: 'active',
  visitor: 'userType',
  password: 'password',
};

const touched: Record<keyof Values, readonly string[]> = {
  userName: ['userPrincipalName'],
  displayName: ['displayName', 'name', 'cn'],
  title: ['title'],
  department: ['department'],
  active: ['userAccountControl'],
  visitor: [],
  managed: ['manager'],
  password: ['unicodePwd'],
};

const touchedBy = (values: Values) => Object.keys(values).flatMap((name) => touched[name as keyof Values]);

/** Makes changes of one user. Values are never used twice, so that each says which change it came from. */
export class UserChanges {
  constructor(
    private readonly random: Random,
    private readonly population: Population,
    /** The user whose account is everybody's manager here. */
    private readonly boss: () => string | undefined,
    private readonly unique: () => number,
  ) {}

  create(slot: UserSlot): Change<User> {
    const incarnation = ++slot.creates;
    const bad = this.random.chance(0.05);
    const password = this.random.chance(0.6) ? this.password(bad) : undefined;
    const user: User = {
      incarnation,
      userName: `${slot.home}@contoso.example`,
      displayName: this.displayName(slot),
      active: this.random.chance(0.85),
      visitor: this.random.chance(0.1),
      managed: this.random.chance(0.4) && this.boss() !== undefined,
      ...(this.random.chance(0.7) ? { title: this.text('Title') } : {}),
      ...(this.random.chance(0.5) ? { department: this.text('Department') } : {}),
      ...(password === undefined || bad ? {} : { password }),
    };
    return {
      request: {
        method: 'POST',
        path: '/Users',
        body: { ...this.document(slot, user), ...(password ? { password } : {}) },
      },
      apply: (state) => (state === null ? user : undefined),
      incarnation,
      touches: ['sAMAccountName', ...Object.values(touched).flat()],
      bad: bad && password !== undefined,
    };
  }

  patch(slot: UserSlot, values = this.someValues(slot)): Change<User> {
    const { incarnation, id } = slot.current!;
    const { managed, ...plain } = values;
    const operations = Object.entries(plain).map(([name, value]) =>
      value === null
        ? { op: 'remove', path: paths[name as keyof typeof plain] }
        : {
            op: 'replace',
            path: paths[name as keyof typeof plain],
            value: name === 'visitor' ? userTypeOf(values as Pick<User, 'visitor'>) : value,
          },
    );
    const manager = `${ENTERPRISE}:manager`;
    return {
      request: {
        method: 'PATCH',
        path: `/Users/${id}`,
        body: {
          schemas: [PATCH],
          Operations: [
            ...operations,
            ...(managed === undefined
              ? []
              : [
                  managed
                    ? { op: 'add', path: manager, value: this.boss() }
                    : { op: 'remove', path: manager },
                ]),
          ],
        },
      },
      apply: (state) => (state?.incarnation === incarnation ? changed(state, values) : undefined),
      incarnation,
      touches: touchedBy(values),
      bad: isBad(values),
    };
  }

  /** The whole user anew, with nothing that a controller refuses. */
  put(slot: UserSlot, userName = `${slot.home}@contoso.example`): Change<User> {
    const { incarnation, id } = slot.current!;
    const password = this.random.chance(0.3) || slot.suspect ? this.password(false) : undefined;
    const user: User = {
      incarnation,
      userName,
      displayName: this.displayName(slot),
      title: this.text('Title'),
      active: true,
      visitor: false,
      managed: false,
      ...(password === undefined ? {} : { password }),
    };
    return {
      request: {
        method: 'PUT',
        path: `/Users/${id}`,
        body: { ...this.document(slot, user), ...(password ? { password } : {}) },
      },
      apply: (state) =>
        state?.incarnation === incarnation
          ? {
              ...user,
              ...((user.password ?? state.password) ? { password: user.password ?? state.password! } : {}),
            }
          : undefined,
      incarnation,
      touches: [...Object.keys(touched)].flatMap((name) =>
        name === 'password' && password === undefined ? [] : touched[name as keyof Values],
      ),
      bad: false,
    };
  }

  delete(slot: UserSlot): Change<User> {
    const { incarnation, id } = slot.current!;
    return {
      request: { method: 'DELETE', path: `/Users/${id}` },
      apply: (state) => (state?.incarnation === incarnation ? null : undefined),
      incarnation,
      touches: [],
      bad: false,
    };
  }

  /** A change that the domain controller refuses. */
  refused(slot: UserSlot): Change<User> {
    return this.patch(
      slot,
      this.random.pick<Values>([
        { title: `${this.text('Title')} ${'x'.repeat(128)}` },
        { password: this.password(true) },
        { userName: taken.userName },
      ]),
    );
  }

  rename(slot: UserSlot, userName: string): Change<User> {
    return this.patch(slot, { userName });
  }

  /** A spare name of this user's own. */
  spareName(slot: UserSlot): string {
    return `${slot.home}-${this.unique()}@contoso.example`;
  }

  private someValues(slot: UserSlot): Values {
    const values: Values = this.random.pick<() => Values>([
      () => ({ title: this.random.chance(0.2) ? null : this.text('Title') }),
      () => ({ department: this.random.chance(0.2) ? null : this.text('Department') }),
      () => ({ displayName: this.displayName(slot) }),
      () => ({ active: this.random.chance(0.5) }),
      () => ({ visitor: this.random.chance(0.4) }),
      () => ({ visitor: false, title: this.text('Title') }),
      () => ({ password: this.password(false) }),
      () => ({ managed: this.boss() !== undefined && this.random.chance(0.6) }),
      () => ({ title: this.text('Title'), department: this.text('Department'), active: true }),
      () => ({ userName: this.spareName(slot), displayName: this.displayName(slot) }),
    ])();
    return values;
  }

  private document(slot: UserSlot, user: User): object {
    const manager = user.managed ? { manager: { value: this.boss() } } : {};
    const department = user.department === undefined ? {} : { department: user.department };
    return {
      schemas: [CORE, ENTERPRISE],
      userName: user.userName,
      nickName: slot.home,
      displayName: user.displayName,
      active: user.active,
      userType: userTypeOf(user),
      ...(user.title === undefined ? {} : { title: user.title }),
      [ENTERPRISE]: { ...department, ...manager },
    };
  }

  private displayName(slot: UserSlot): string {
    return `${slot.home} Person ${this.unique()}`;
  }

  private text(what: string): string {
    return `${what} ${this.unique()}`;
  }

  private password(weak: boolean): string {
    const password = weak ? `${weakPassword}${this.unique()}` : `${goodPassword}${this.unique()}`;
    this.population.passwords.add(password);
    return password;
  }
}

function isBad({ title, password, userName }: Values): boolean {
  return (
    (title ?? '').length > 128 || (password ?? '').startsWith(weakPassword) || userName === taken.userName
  );
}

/** A weak password never becomes the account's, whatever was answered. */
function changed(user: User, values: Values): User {
  const next: Record<string, unknown> = { ...user, ...values };
  for (const name of ['title', 'department'] as const) if (values[name] === null) delete next[name];
  // The account goes, and the next one has another password than this: one that nobody knows, or that was sent meanwhile.
  if (values.visitor && !user.visitor && values.password === undefined) delete next.password;
  if (values.password?.startsWith(weakPassword)) {
    if (user.password === undefined) delete next.password;
    else next.password = user.password;
  }
  return next as unknown as User;
}
