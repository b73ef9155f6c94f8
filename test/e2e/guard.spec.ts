import { useOwnLab } from '../lab.js';
import { EntraClient, type Answer } from './entra-client.js';
import { GatewayProcess } from './gateway-process.js';
import { ldapsearch } from './ldapsearch.js';

const people = 12;
const threshold = 3;
const core = 'urn:ietf:params:scim:schemas:core:2.0';

/** A cycle gone wrong at the source: whoever scoped everybody out, or deleted the group, is asked before the domain is. */
describe('The guard against accidents on a real domain', () => {
  const lab = useOwnLab();
  let gateway: GatewayProcess;
  let entra: EntraClient;
  let ids: string[];
  let group: string;
  const answers: Answer[] = [];

  beforeAll(async () => {
    gateway = await GatewayProcess.start(lab(), {
      target: `guard: { window: 1h, disables: ${threshold}, deletes: ${threshold}, memberRemovals: ${threshold} }\n`,
    });
    entra = new EntraClient(gateway.scimUrl, gateway.tokens.entra);
    ids = await Promise.all(Array.from({ length: people }, (_, n) => create(n)));
    group = (
      await entra.send('POST', '/Groups', {
        schemas: [`${core}:Group`],
        displayName: 'Guarded team',
        members: ids.map((value) => ({ value })),
      })
    ).body.id;
    await gateway.settled();
  }, 120_000);
  afterAll(() => gateway?.stop());

  const create = async (n: number): Promise<string> =>
    (
      await entra.send('POST', '/Users', {
        schemas: [`${core}:User`],
        userName: `guarded${n}@contoso.example`,
        displayName: `Guarded ${n}`,
        active: true,
      })
    ).body.id;
  const accounts = () =>
    ldapsearch(lab(), lab().usersOu, '(objectClass=user)', ['userAccountControl', 'whenChanged']);
  const enabled = async () =>
    (await accounts()).filter((entry) => (Number(entry.useraccountcontrol![0]) & 2) === 0).length;
  const members = async () =>
    ((await ldapsearch(lab(), lab().groupsOu, '(cn=Guarded team)', ['member']))[0]?.member ?? []).length;
  const held = async (): Promise<{ id: string; summary: string; resourceId: string }[]> =>
    (await gateway.operations('GET', '/guard?target=ad')).held;
  const untilHeld = async (count: number) => {
    for (let round = 0; round < 200 && (await held()).length !== count; round++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await held()).toHaveLength(count);
  };
  const told = async (answer: Promise<Answer>) => answers.push(await answer);

  it('stops a group from being emptied, and leaves it when that is discarded', async () => {
    await told(entra.patch(`/Groups/${group}`, { op: 'Replace', path: 'members', value: [] }));
    await untilHeld(1);
    expect(await members()).toBe(people);
    expect(await gateway.operations('POST', '/guard/discard', { target: 'ad', all: true })).toEqual({
      discarded: 1,
    });
    await gateway.settled(10_000);
    expect((await gateway.operations('GET', '/targets/ad')).openEdges).toEqual({ due: 0, parked: people });
    expect(await members()).toBe(people);
    expect(await held()).toEqual([]);
  }, 60_000);

  it('stops everybody from being disabled', async () => {
    for (const id of ids)
      await told(entra.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'False' }));
    await untilHeld(people - threshold);
    expect(await enabled()).toBe(people - threshold);
    expect((await held())[0]!.summary).toContain('disables');
  }, 60_000);

  it('carries out the one that is allowed, and none of those that are discarded', async () => {
    const [first] = await held();
    expect(await gateway.operations('POST', '/guard/allow', { links: [first!.id] })).toEqual({ allowed: 1 });
    for (let round = 0; round < 100 && (await enabled()) !== people - threshold - 1; round++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await enabled()).toBe(people - threshold - 1);
    expect(await gateway.operations('POST', '/guard/discard', { all: true })).toEqual({
      discarded: people - threshold - 1,
    });
    await gateway.settled(10_000);
    expect(await enabled()).toBe(people - threshold - 1);
    expect(await held()).toEqual([]);
  }, 60_000);

  it('stops everybody from being deleted, and deletes when all of it is allowed', async () => {
    for (const id of ids) await told(entra.send('DELETE', `/Users/${id}`));
    await untilHeld(people - threshold);
    expect(await accounts()).toHaveLength(people - threshold);
    const listed = await gateway.cli('guard', 'list');
    expect(listed.stdout).toContain('guarded');
    await gateway.operations('POST', '/guard/allow', { target: 'ad', all: true });
    for (let round = 0; round < 200 && (await accounts()).length > 0; round++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await accounts()).toEqual([]);
  }, 60_000);

  it('answers nothing by which the job would be quarantined', () => {
    expect(answers).toHaveLength(1 + 2 * people);
    expect(answers.filter(({ status }) => status !== 200 && status !== 204)).toEqual([]);
  });
});
