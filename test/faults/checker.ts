import { checkMembers } from './check-members.js';
import { checkOnce } from './check-once.js';
import { checkAccounts, checkPasswords } from './check-accounts.js';
import { checkResources } from './check-resources.js';
import { checkRows } from './check-rows.js';
import { checkSecrets } from './check-secrets.js';
import { readDirectory, type Account, type DirectorySnapshot } from './directory-snapshot.js';
import type { History } from './history.js';
import type { Landscape } from './landscape.js';
import type { Group, Population, Slot, User } from './population.js';
import { readStore, type StoredResource, type StoreSnapshot } from './store-snapshot.js';

/** A resource that is there at the end: what was asked for, what the store says, and what the controller says. */
export interface Found {
  slot: Slot<User> | Slot<Group>;
  resource: StoredResource;
  /** The states that its history allows and the store agrees with. */
  states: (User | Group)[];
  account?: Account;
}

export interface Evidence {
  population: Population;
  store: StoreSnapshot;
  directory: DirectorySnapshot;
  /** Users and groups of the domain before the run. */
  before: ReadonlySet<string>;
  history: History;
  /** Of the resources that are there. */
  found: Map<string, Found>;
}

/** Compares the history of answers, the store and the domain controller; what differs goes into the history. */
export async function check(landscape: Landscape, population: Population, history: History): Promise<void> {
  const evidence: Evidence = {
    population,
    store: await readStore(landscape),
    directory: await readDirectory(landscape.lab),
    before: landscape.before,
    history,
    found: new Map(),
  };
  checkResources(evidence);
  checkAccounts(evidence);
  checkMembers(evidence);
  checkOnce(evidence);
  checkRows(evidence);
  await checkPasswords(evidence, landscape.lab);
  await checkSecrets(evidence, landscape);
}
