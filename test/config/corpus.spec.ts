import { readdirSync, readFileSync } from 'node:fs';
import { loadConfig } from '../../src/config/load-config.js';
import { printProblem } from '../../src/config/problem.js';
import { memory } from '../../src/connectors/memory/index.js';
import { scim } from '../../src/connectors/scim/index.js';
import type { ConnectorKind } from '../../src/connectors/kind.js';
import { compileObjectMapping } from '../../src/mapping/index.js';
import { SchemaRegistry } from '../../src/schema/schema-registry.js';
import { csvKind } from '../../src/sources/csv/csv-kind.js';

const corpus = new URL('corpus/', import.meta.url).pathname;
const kinds = [memory, scim] as unknown as ConnectorKind[];

const load = (folder: string, env: NodeJS.ProcessEnv = {}) =>
  loadConfig(folder, {
    kinds,
    sourceKinds: [csvKind(SchemaRegistry.builtIn())],
    env,
    checkMapping: (_target, _kind, type, block) =>
      compileObjectMapping({ ...block, mapping: block.mapping ?? [] }, type).problems,
  });

/** Each folder is a faulty configuration; its expected.txt is the whole report. */
describe('A faulty configuration', () => {
  it.each(readdirSync(corpus))('is reported line by line: %s', (name) => {
    const { problems } = load(`${corpus}${name}`);
    const expected = readFileSync(`${corpus}${name}/expected.txt`, 'utf8');
    expect(`${problems.map((problem) => printProblem(problem)).join('\n')}\n`).toBe(expected);
  });

  it.each(readdirSync(corpus))('never shows a secret: %s', (name) => {
    const { problems, warnings, shown } = load(`${corpus}${name}`);
    const everything = JSON.stringify({ problems, warnings, shown });
    for (const secret of ['hunter2', 'correct-horse', 'c2VjcmV0', 'c2hvcnQ', 'literal-bearer']) {
      expect(everything).not.toContain(secret);
    }
  });
});
