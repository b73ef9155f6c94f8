import { readFileSync } from 'node:fs';
import { Client } from 'ldapts';
import type { Lab } from '../../scripts/lab/lab.mjs';
import type { Evidence, Found } from './checker.js';
import type { Account } from './directory-snapshot.js';
import type { User } from './population.js';

const enabled = '512';
const disabled = '514';

/** Each resource has one account, which is as the resource says; and there is no other account. */
export function checkAccounts(evidence: Evidence): void {
  const { directory, history, before } = evidence;
  const accounts = [...directory.users, ...directory.groups];
  for (const account of accounts) {
    const found = account.resourceId === undefined ? undefined : evidence.found.get(account.resourceId);
    if (!found)
      history.differs(
        'account unasked',
        account.dn,
        `has the mark of ${String(account.resourceId)}, which is not there`,
        attemptsOn(evidence, account),
      );
    else if (found.account)
      history.differs('account twice', account.dn, `and ${found.account.dn}`, found.slot.history);
    else found.account = account;
  }
  const managed = new Set(accounts.map(({ dn }) => dn));
  for (const dn of directory.everyone)
    if (!managed.has(dn) && !before.has(dn))
      history.differs('account unasked', dn, 'outside of what is managed');
  for (const dn of before)
    if (!directory.everyone.includes(dn)) history.differs('account lost', dn, 'was there before');
  for (const found of evidence.found.values()) checkAccount(evidence, found);
}

/** What the provisioning log says of an account and of everybody whose account it was. */
function attemptsOn({ store }: Evidence, { guid, resourceId }: Account): string[] {
  const owners = new Set(
    store.attempts
      .filter(({ anchor }) => anchor === guid)
      .map(({ resource_id }) => resource_id)
      .concat(resourceId ?? null),
  );
  return store.attempts
    .filter(({ resource_id }) => owners.has(resource_id!))
    .map((attempt) => JSON.stringify(attempt));
}

function checkAccount({ history, found: all }: Evidence, found: Found): void {
  const { slot, resource, account } = found;
  if (resource.attributes.userType === 'Visitor') {
    if (account) history.differs('account out of scope', slot.home, account.dn, slot.history);
    return;
  }
  if (!account) {
    history.differs('account missing', slot.home, JSON.stringify(resource), slot.history);
    return;
  }
  const differences =
    resource.type === 'User' ? userDifferences(found, account, all) : groupDifferences(found, account);
  if (differences.length > 0)
    history.differs('account', slot.home, `${account.dn}: ${differences.join('; ')}`, slot.history);
}

function userDifferences(
  { slot, resource }: Found,
  { entry, dn }: Account,
  all: Evidence['found'],
): string[] {
  const { attributes } = resource;
  const extension = (Object.entries(attributes).find(([name]) => name.endsWith(':User'))?.[1] ?? {}) as {
    department?: string;
    manager?: { value: string } | string;
  };
  const manager = typeof extension.manager === 'string' ? extension.manager : extension.manager?.value;
  const name = String(attributes.displayName);
  // The mapping makes another one while a leaver's account still has it.
  const generated = new RegExp(`^${slot.home}${slot.creates > 1 ? '\\d*' : ''}$`);
  return [
    ...differs('userPrincipalName', entry.userprincipalname, attributes.userName),
    ...differs('displayName', entry.displayname, attributes.displayName),
    ...differs('title', entry.title, attributes.title),
    ...differs('department', entry.department, extension.department),
    ...differs('userAccountControl', entry.useraccountcontrol, attributes.active ? enabled : disabled),
    ...differs('manager', entry.manager, manager === undefined ? undefined : dnOf(all.get(manager), manager)),
    ...(generated.test(entry.samaccountname?.join() ?? '')
      ? []
      : differs('sAMAccountName', entry.samaccountname, slot.home)),
    ...(dn.startsWith(`CN=${name},`) || dn.startsWith(`CN=${name} (`)
      ? []
      : [`named ${dn} instead of ${name}`]),
  ];
}

/** A manager without an account is nobody's. */
function dnOf(found: Found | undefined, id: string): string | undefined {
  return found?.resource.attributes.userType === 'Visitor' ? undefined : (found?.account?.dn ?? id);
}

function groupDifferences({ resource }: Found, { entry, dn }: Account): string[] {
  const name = String(resource.attributes.displayName);
  return [
    ...differs('displayName', entry.displayname, name),
    ...differs('sAMAccountName', entry.samaccountname, name),
    ...(dn.startsWith(`CN=${name},`) ? [] : [`named ${dn} instead of ${name}`]),
  ];
}

function differs(name: string, there: string[] | undefined, wanted: unknown): string[] {
  const same = wanted === undefined ? there === undefined : there?.length === 1 && there[0] === wanted;
  return same ? [] : [`${name} is ${there?.join() ?? 'absent'} instead of ${String(wanted ?? 'absent')}`];
}

/** 773: the password is right, and another has to be chosen first (MS-ERREF, ERROR_PASSWORD_MUST_CHANGE). */
const right = /data 773/;

/** The last password that was acknowledged is the one that signs in. */
export async function checkPasswords({ found, history }: Evidence, lab: Lab): Promise<void> {
  const client = new Client({
    url: lab.ldapUrl,
    tlsOptions: { ca: readFileSync(lab.caFile) },
    timeout: 30_000,
  });
  for (const { slot, resource, states, account } of found.values()) {
    const wanted = new Set(states.map((state) => (state as User).password));
    if (!account || resource.attributes.active !== true || states.length === 0 || wanted.has(undefined))
      continue;
    let signedIn = false;
    for (const password of wanted) signedIn ||= await signsIn(client, account.dn, password!);
    if (!signedIn) history.differs('password', slot.home, 'none that may be the last signs in', slot.history);
  }
  await client.unbind();
}

function signsIn(client: Client, dn: string, password: string): Promise<boolean> {
  return client.bind(dn, password).then(
    () => true,
    (error: Error) => right.test(error.message),
  );
}
