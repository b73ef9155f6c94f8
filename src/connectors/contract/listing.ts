import { strict as assert } from 'node:assert';
import type { ListedAccount, ResourceKind } from '../connector.js';
import type { CaseGroup, ContractHarness } from './harness.js';
import { Steps } from './steps.js';

async function listed(harness: ContractHarness, kind: ResourceKind): Promise<Map<string, ListedAccount>> {
  const connector = harness.connector();
  assert.ok(connector.list, 'the connector lists');
  const found = new Map<string, ListedAccount>();
  for await (const account of connector.list(kind, AbortSignal.timeout(30_000))) {
    assert.equal(found.has(account.anchor), false, `${account.anchor} is listed once`);
    found.set(account.anchor, account);
  }
  return found;
}

export function listingCases(harness: ContractHarness): CaseGroup[] {
  const steps = new Steps(harness);
  return [
    {
      cases: [
        {
          title: 'the list has every account of its kind once, with anchor and stamp',
          async run() {
            if (!harness.connector().list) return;
            const [user, group] = [await steps.create('User'), await steps.create('Group')];
            const users = await listed(harness, 'User');
            const { stamp } = harness.subject('User', user.traits);
            assert.equal(users.get(user.account.anchor)?.stamp, stamp);
            assert.equal(users.has(group.account.anchor), false);
            assert.equal((await listed(harness, 'Group')).has(group.account.anchor), true);
          },
        },
        {
          title: 'the list tells the members of a group',
          async run() {
            if (!harness.connector().list) return;
            const [group, user] = [await steps.create('Group'), await steps.create('User')];
            await steps.applyMembers(group, [steps.edge(user, true)]);
            const account = (await listed(harness, 'Group')).get(group.account.anchor);
            if (!account?.members) return;
            const anchors: string[] = [];
            for await (const anchor of account.members) anchors.push(anchor);
            assert.deepEqual(anchors, [user.account.anchor]);
          },
        },
      ],
    },
  ];
}
