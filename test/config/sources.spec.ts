import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printProblem } from '../../src/config/problem.js';
import { readConfig } from '../../src/read-config.js';

describe('sources and their authority', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landfall-sources-'));
    mkdirSync(join(folder, 'sources'));
    write('auth.yaml', 'tokens:', '  - name: entra', `    hash: sha256:${'0'.repeat(64)}`);
    write('sources/hcm.yaml', 'kind: api', 'match: [employeeNumber, userName]', 'matchGroups: [displayName]');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, ...lines: string[]) =>
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`, { mode: 0o600 });
  const read = () => readConfig(folder, { env: {} });
  const problems = async () => (await read()).problems.map((problem) => printProblem(problem));

  it('are read with the rules that matching follows', async () => {
    write(
      'authority.yaml',
      'User:',
      '  - attributes: [title, name.familyName, manager]',
      '    sources: [hcm, entra]',
    );
    const { config, problems: found, warnings } = await read();
    expect({ found, warnings }).toEqual({ found: [], warnings: [] });
    expect(config.sources).toMatchObject([
      { name: 'hcm', file: { match: ['employeeNumber', 'userName'], leavers: 'deactivate' } },
    ]);
    expect(config.authority).toMatchObject({
      User: [{ attributes: ['title', 'name.familyName', 'manager'], sources: ['hcm', 'entra'] }],
    });
  });

  it('have their problems at the line of the key', async () => {
    write(
      'sources/hcm.yaml',
      'kind: api',
      'match: [employeNumber]',
      'matchGroups:',
      '  - displayName',
      '  - userName',
      'leavers: fire',
    );
    write(
      'authority.yaml',
      'User:',
      '  - attributes:',
      '      - title',
      '      - titel',
      '    sources: [hcm, entraa]',
      'Users: []',
      'Group:',
      '  - attributes: [displayName]',
    );
    expect(await problems()).toEqual([
      expect.stringMatching(/^authority\.yaml:4:\d+ .*User has no attribute "titel"/),
      expect.stringMatching(/^authority\.yaml:5:\d+ .*speaks for "entraa"; did you mean "entra"/),
      expect.stringMatching(/^authority\.yaml:6:\d+ .*no resource type "Users"/),
      expect.stringMatching(/^authority\.yaml:8:\d+ .*sources.* is missing/),
      expect.stringMatching(/^sources\/hcm\.yaml:2:\d+ .*User has no attribute "employeNumber"/),
      expect.stringMatching(/^sources\/hcm\.yaml:5:\d+ .*Group has no attribute "userName"/),
      expect.stringMatching(/^sources\/hcm\.yaml:6:\d+ .*deactivate, delete, ignore|fire/),
    ]);
  });

  it('are warned about rules that no index answers', async () => {
    write('sources/hcm.yaml', 'kind: api', 'match: [nickName]');
    const { warnings } = await read();
    expect(warnings.map((warning) => printProblem(warning))).toEqual([
      expect.stringMatching(/^sources\/hcm\.yaml:2:\d+ .*"nickName" is not indexed/),
    ]);
  });
});
