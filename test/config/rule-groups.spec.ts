import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printProblem } from '../../src/config/problem.js';
import { readConfig } from '../../src/read-config.js';

describe('rule-groups.yaml', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landfall-rules-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const read = (name: string, ...lines: string[]) => {
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`, { mode: 0o600 });
    return readConfig(folder, { env: {} });
  };
  const problems = async (...lines: string[]) =>
    (await read('rule-groups.yaml', ...lines)).problems.map((problem) => printProblem(problem));

  it('is a list of groups with their rules', async () => {
    const { config, problems: found } = await read(
      'rule-groups.yaml',
      '- displayName: Sales in Berlin',
      '  description: everybody there',
      '  rule:',
      '    - - { attribute: department, operator: EQUALS, value: Sales }',
      '      - { attribute: city, operator: EQUALS, value: Berlin }',
    );
    expect(found).toEqual([]);
    expect(config.ruleGroups).toMatchObject([
      { displayName: 'Sales in Berlin', rule: [[{ attribute: 'department' }, { attribute: 'city' }]] },
    ]);
  });

  it('may be absent or empty', async () => {
    expect((await readConfig(folder, { env: {} })).config.ruleGroups).toEqual([]);
    expect(await problems('# none yet')).toEqual([]);
  });

  it('has its problems at the line of the entry', async () => {
    expect(
      await problems(
        '- displayName: A',
        '  rule:',
        '    - - { attribute: departmant, operator: EQUALS, value: x }',
        '- displayName: B',
        '  rule:',
        '    - - { attribute: title, operator: EQUALS, value: x }',
        '- displayName: b',
        '  rule:',
        '    - - { attribute: targets.ad.mail, operator: EQUALS, value: x }',
      ),
    ).toEqual([
      expect.stringMatching(/^rule-groups\.yaml:3:\d+ .*departmant/),
      expect.stringMatching(/^rule-groups\.yaml:7:\d+ .*another rule group is named "b"/),
      expect.stringMatching(/^rule-groups\.yaml:8:\d+ .*a rule cannot read what targets decided/),
    ]);
    expect(await problems('displayName: A')).toEqual([expect.stringContaining('must be a list of groups')]);
  });

  it('keeps its source for itself', async () => {
    const { problems: found } = await read(
      'auth.yaml',
      'tokens:',
      '  - name: mine',
      `    hash: sha256:${'0'.repeat(64)}`,
      '    source: rule',
    );
    expect(found.map((problem) => printProblem(problem))).toEqual([
      expect.stringMatching(/^auth\.yaml:4:\d+ .*source of rule groups/),
    ]);
  });
});
