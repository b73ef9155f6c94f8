import { sourceKinds } from '../../src/sources/source-kinds.js';
import { readdirSync, readFileSync } from 'node:fs';
import { reference } from '../../scripts/configuration-reference.mjs';
import { buildProgram } from '../../src/cli/program.js';
import { cliReference } from '../../src/cli/reference.js';
import { editorSchemas } from '../../src/config/editor-schema.js';
import { ConnectorRegistry } from '../../src/connectors/registry.js';

const file = (name: string) => readFileSync(name, 'utf8');

/** Where one of these fails: node scripts/references.mjs */
describe('What is made from the code is as the code says', () => {
  it('docs/configuration.md', () => {
    expect(file('docs/configuration.md')).toBe(reference());
  });

  it('docs/cli.md', () => {
    expect(file('docs/cli.md')).toBe(cliReference(buildProgram('')));
  });

  it('config/editor/*.schema.json', () => {
    const schemas = editorSchemas(new ConnectorRegistry().kinds, sourceKinds);
    expect(readdirSync('config/editor').sort()).toEqual(
      Object.keys(schemas)
        .map((name) => `${name}.schema.json`)
        .sort(),
    );
    for (const [name, schema] of Object.entries(schemas)) {
      expect(JSON.parse(file(`config/editor/${name}.schema.json`))).toEqual(
        JSON.parse(JSON.stringify(schema)),
      );
    }
  });
});

describe('The editor schema of a target', () => {
  const target = editorSchemas(new ConnectorRegistry().kinds, sourceKinds).target as {
    required: string[];
    properties: Record<string, { enum?: string[]; default?: unknown; pattern?: string }>;
    allOf: {
      if: object;
      then: { properties: { settings: { required?: string[]; properties: Record<string, object> } } };
    }[];
  };

  it('knows choices, defaults and what is required', () => {
    expect(target.required).toEqual(['kind']);
    expect(target.properties.answer).toMatchObject({ enum: ['delivered', 'stored'], default: 'delivered' });
    expect(target.properties.answerWithin).toMatchObject({ pattern: '^\\d+(ms|s|m|h|d)$' });
  });

  it('asks for the settings of the kind, secrets by reference', () => {
    const directory = target.allOf.find((one) => JSON.stringify(one.if).includes('"active-directory"'))!.then
      .properties.settings;
    expect(directory.required).toEqual(expect.arrayContaining(['bindDn', 'bindPassword', 'users']));
    expect(directory.properties.bindPassword).toMatchObject({ pattern: '^(env|file):.+' });
    expect(directory.properties.users).toMatchObject({ type: 'object', required: ['container'] });
  });
});
