import { randomUUID } from 'node:crypto';
import { Attribute, Change, type Client } from 'ldapts';
import { adminClient } from '../lab.js';
import { Campaign } from './campaign.js';
import { check } from './checker.js';
import { History } from './history.js';
import type { Population, UserSlot } from './population.js';
import { withStore, type Row } from './store-snapshot.js';
import { goodPassword } from './user-changes.js';

/** A checker that finds nothing proves nothing: each kind of loss is made by hand, found, and put right again. */
describe('The checker of the fault campaign', () => {
  const campaign = new Campaign({
    engine: 'sqlite',
    replicas: 1,
    seed: 7,
    ms: 4_000,
    clients: 2,
    size: { users: 6, groups: 1 },
    sharedGroups: 2,
    longestFaultMs: 500,
    faults: false,
  });
  let admin: Client;

  beforeAll(async () => {
    await campaign.open();
    await campaign.write();
    await campaign.settle();
    admin = await adminClient(campaign.landscape.lab);
  }, 120_000);
  afterAll(async () => {
    await admin?.unbind();
    await campaign.close();
  });

  const population = (): Population => campaign.population;
  const store = (sql: string): Promise<Row[]> => withStore(campaign.landscape, (query) => query(sql));
  const differences = async (): Promise<string[]> => {
    const history = new History();
    await check(campaign.landscape, population(), history);
    return [...new Set(history.differences.map(({ kind }) => kind))];
  };
  const somebody = (): UserSlot & { current: object } =>
    population().users.find(
      ({ possible, current }) => current && possible.certain && !possible.certain.visitor,
    )! as UserSlot & {
      current: { id: string };
    };
  const dnOf = async (slot: UserSlot): Promise<string> => {
    const { searchEntries } = await admin.search(campaign.landscape.lab.usersOu, {
      filter: `(sAMAccountName=${slot.home})`,
      attributes: ['dn'],
    });
    return searchEntries[0]!.dn;
  };
  const set = (dn: string, type: string, ...values: string[]) =>
    admin.modify(dn, new Change({ operation: 'replace', modification: new Attribute({ type, values }) }));
  const idOf = (slot: UserSlot): string => slot.current!.id;

  it('finds nothing where nothing is wrong', async () => {
    const history = new History();
    await check(campaign.landscape, population(), history);
    expect(history.differences).toEqual([]);
  });

  it('sees that a due row was dropped: the store changed, and the directory was never told', async () => {
    const slot = somebody();
    const [row] = await store(`SELECT attributes FROM resource WHERE id = '${idOf(slot)}'`);
    const former = String(row!.attributes);
    const state = slot.possible.certain!;
    slot.possible.take([{ outcome: 'done', apply: (user) => ({ ...user!, title: 'Dropped' }) }]);
    const changed = JSON.stringify({ ...(JSON.parse(former) as object), title: 'Dropped' });
    await store(`UPDATE resource SET attributes = '${changed}' WHERE id = '${idOf(slot)}'`);
    expect(await differences()).toEqual(['account']);
    await store(`UPDATE resource SET attributes = '${former}' WHERE id = '${idOf(slot)}'`);
    slot.possible.states = [state];
  });

  it('sees that an acknowledged change is not in the store', async () => {
    const slot = somebody();
    const state = slot.possible.certain!;
    slot.possible.take([{ outcome: 'done', apply: (user) => ({ ...user!, title: 'Lost' }) }]);
    expect(await differences()).toEqual(['store']);
    slot.possible.states = [state];
  });

  it('sees an account of somebody who left the scope', async () => {
    const slot = somebody();
    const [row] = await store(`SELECT attributes FROM resource WHERE id = '${idOf(slot)}'`);
    const former = String(row!.attributes);
    const state = slot.possible.certain!;
    slot.possible.states = [{ ...state, visitor: true }];
    const outside = JSON.stringify({ ...(JSON.parse(former) as object), userType: 'Visitor' });
    await store(`UPDATE resource SET attributes = '${outside}' WHERE id = '${idOf(slot)}'`);
    expect(await differences()).toContain('account out of scope');
    await store(`UPDATE resource SET attributes = '${former}' WHERE id = '${idOf(slot)}'`);
    slot.possible.states = [state];
  });

  it('sees that an undo was skipped: a refused value stayed', async () => {
    const slot = somebody();
    const [row] = await store(`SELECT attributes FROM resource WHERE id = '${idOf(slot)}'`);
    const former = String(row!.attributes);
    const refused = JSON.stringify({
      ...(JSON.parse(former) as object),
      department: 'Refused',
      title: 'Refused',
    });
    await store(`UPDATE resource SET attributes = '${refused}' WHERE id = '${idOf(slot)}'`);
    expect(await differences()).toEqual(expect.arrayContaining(['store', 'account']));
    await store(`UPDATE resource SET attributes = '${former}' WHERE id = '${idOf(slot)}'`);
  });

  it("sees that a change was applied twice, by the controller's own count", async () => {
    const slot = somebody();
    const former = new Map(slot.changes);
    for (const attribute of slot.changes.keys()) slot.changes.set(attribute, 0);
    expect(await differences()).toEqual(['delivered more than once']);
    for (const [attribute, count] of former) slot.changes.set(attribute, count);
    expect(await differences()).toEqual([]);
    const dn = await dnOf(slot);
    for (let times = 0; times < 60; times++) await set(dn, 'title', `Again ${times}`);
    expect(await differences()).toEqual(expect.arrayContaining(['account', 'delivered more than once']));
    const { title } = slot.possible.certain!;
    await set(dn, 'title', ...(title === undefined ? [] : [title]));
    slot.changes.set('title', 1_000);
  });

  it('sees that an edge was lost, in the store and in the directory', async () => {
    const [edge] = await store('SELECT group_id, member_id FROM membership');
    const where = `group_id = '${String(edge!.group_id)}' AND member_id = '${String(edge!.member_id)}'`;
    const [row] = await store(`SELECT * FROM membership WHERE ${where}`);
    await store(`DELETE FROM membership WHERE ${where}`);
    expect(await differences()).toEqual(['membership']);
    await store(
      `INSERT INTO membership (group_id, member_id, member_type, since) VALUES ('${String(row!.group_id)}', '${String(row!.member_id)}', '${String(row!.member_type)}', ${String(row!.since)})`,
    );
    expect(await differences()).toEqual([]);
  });

  it('sees a sealed password that was left', async () => {
    const [link] = await store('SELECT id, resource_id FROM link LIMIT 1');
    await store(
      `INSERT INTO sealed (id, link_id, resource_id, target, purpose, cipher, key_name, sealed_at, expires_at)
       VALUES ('left', '${String(link!.id)}', '${String(link!.resource_id)}', 'ad', 'set', 'x', 'test', 0, 9999999999999)`,
    );
    expect(await differences()).toEqual(['password sealed']);
    await store(`DELETE FROM sealed WHERE id = 'left'`);
  });

  it('sees a password that is not the last one that was acknowledged', async () => {
    const slot = population().users.find(
      ({ possible: { certain } }) => certain?.active && !certain.visitor && certain.password !== undefined,
    )!;
    const state = slot.possible.certain!;
    slot.possible.states = [{ ...state, password: `${goodPassword}never-sent` }];
    expect(await differences()).toEqual(['password']);
    slot.possible.states = [state];
  });

  it('sees an account that nobody asked for, wherever it is', async () => {
    const { usersOu, unmanagedOu } = campaign.landscape.lab;
    for (const place of [usersOu, unmanagedOu]) {
      const dn = `CN=nobody-${randomUUID().slice(0, 8)},${place}`;
      await admin.add(dn, { objectClass: 'user', sAMAccountName: dn.slice(3, 18) });
      expect(await differences()).toEqual(['account unasked']);
      await admin.del(dn);
    }
  });

  it('sees a wrong userAccountControl', async () => {
    const slot = somebody();
    const dn = await dnOf(slot);
    await set(dn, 'userAccountControl', '66048');
    expect(await differences()).toContain('account');
    await set(dn, 'userAccountControl', slot.possible.certain!.active ? '512' : '514');
    slot.changes.set('userAccountControl', 1_000);
  });

  it('sees rows that were left over', async () => {
    await store(
      `INSERT INTO reservation (target, name_space, value, link_id, attribute) VALUES ('ad', 'upn', 'left', 'gone', 'upn')`,
    );
    expect(await differences()).toEqual(['reservation left over']);
    await store(`DELETE FROM reservation WHERE link_id = 'gone'`);
    expect(await differences()).toEqual([]);
  });

  /** The last: the bytes stay in the write-ahead log of the database. */
  it('sees a password that can be read', async () => {
    await store(`INSERT INTO store_fact (name, value) VALUES ('left', '${goodPassword}1')`);
    expect(await differences()).toEqual(['password left']);
  });
});
