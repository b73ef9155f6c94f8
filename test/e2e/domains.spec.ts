import { useLab, useOwnLab } from '../lab.js';
import { EntraClient } from './entra-client.js';
import { GatewayProcess } from './gateway-process.js';
import { ldapsearch } from './ldapsearch.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Two controllers of two databases: what one domain holds, the other does not. */
describe('Several domains in one gateway', () => {
  const head = useLab('domains');
  const branch = useOwnLab();
  let gateway: GatewayProcess;
  let entra: EntraClient;

  beforeAll(async () => {
    gateway = await GatewayProcess.start(head(), {
      env: { BRANCH_PASSWORD: branch().bindPassword },
      files: {
        'targets/branch.yaml': `kind: active-directory
answer: stored
users:
  onDelete: delete
  scope: [[{ attribute: department, operator: EQUALS, value: Branch }]]
  outOfScope: disable
  mapping:
    - { target: rdn, expression: 'Join("", "B ", [displayName])' }
    - { target: sAMAccountName, expression: 'Join("", "b-", Word([userName], 1, "@"))', unique: true }
    - { target: userPrincipalName, source: userName, unique: true }
    - { target: description, source: title }
settings:
  servers: ['${branch().ldapUrl}']
  caFile: ${branch().caFile}
  bindDn: '${branch().bindDn}'
  bindPassword: env:BRANCH_PASSWORD
  domain: ${branch().dnsDomain}
  upnSuffixes: ['${branch().upnSuffix}']
  users: { container: '${branch().usersOu}' }
`,
      },
    });
    entra = new EntraClient(gateway.scimUrl, gateway.tokens.entra);
  }, 60_000);
  afterAll(() => gateway?.stop());

  const settled = () => Promise.all([gateway.settled(20_000, 'ad'), gateway.settled(20_000, 'branch')]);
  const found = (filter: string) =>
    Promise.all(
      [head(), branch()].map((lab) =>
        ldapsearch(lab, lab.usersOu, filter, [
          ...['cn', 'sAMAccountName', 'title', 'description', 'userAccountControl'],
        ]),
      ),
    );
  const person = async (name: string, department: string): Promise<string> => {
    const { status, body } = await entra.send('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
      userName: `${name}@contoso.example`,
      displayName: name,
      title: 'Clerk',
      active: true,
      [ENTERPRISE]: { department },
    });
    expect(status).toBe(201);
    return body.id;
  };

  it('each get who is in their scope, by their own mapping', async () => {
    await person('dom-ann', 'Branch');
    await person('dom-bob', 'Head office');
    await settled();
    const [inHead, inBranch] = await found('(objectClass=user)');
    expect(inHead!.map(({ cn, title }) => [cn![0], title![0]]).sort()).toEqual([
      ['dom-ann', 'Clerk'],
      ['dom-bob', 'Clerk'],
    ]);
    expect(inBranch).toMatchObject([
      { cn: ['B dom-ann'], samaccountname: ['b-dom-ann'], description: ['Clerk'] },
    ]);
    expect(inBranch![0]!.title).toBeUndefined();
  }, 60_000);

  it('do not wait for each other when one is out of reach, and lose nothing', async () => {
    await branch().kill();
    const id = await person('dom-eve', 'Branch');
    await gateway.settled(20_000, 'ad');
    expect((await ldapsearch(head(), head().usersOu, '(cn=dom-eve)'))[0]).toBeDefined();
    await branch().start();
    await settled();
    expect((await found('(cn=*dom-eve)')).map((entries) => entries.length)).toEqual([1, 1]);
    await entra.patch(`/Users/${id}`, {
      op: 'Replace',
      path: `${ENTERPRISE}:department`,
      value: 'Head office',
    });
    await settled();
    const controls = (await found('(cn=*dom-eve)')).map(([entry]) => entry!.useraccountcontrol);
    expect(controls).toEqual([['512'], ['514']]);
  }, 90_000);
});
