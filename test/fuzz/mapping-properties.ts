import fc from 'fast-check';
import {
  compileExpression,
  compileObjectMapping,
  compileRuleGroup,
  explain,
  importEntraSchema,
  mapResource,
  ruleHolds,
} from '../../src/mapping/index.js';
import { LONGEST_TEXT } from '../../src/mapping/expression/value.js';
import { MappedResource } from '../../src/mapping/path/resource-path.js';
import { clause, expression, resource, scribble } from './mapping-arbitraries.js';

/** What holds for every expression and every resource. Each property runs under jest and in the fuzz runner. */
export const MAPPING_PROPERTIES: Readonly<Record<string, fc.IProperty<unknown[]>>> = {
  'evaluation gives a value, ignores the flow or says what is wrong': property(
    fc.tuple(expression, resource),
    ([source, input]) => {
      const compiled = compileExpression(source, {
        resourceType: input.resourceType,
        defaultDomain: 'corp.example',
      });
      if (!compiled.ok) return compiled.problem.position.line >= 1 && compiled.problem.detail !== '';
      const outcomes = compiled.expression.candidates({
        resource: new MappedResource(input),
        now: input.now,
      });
      return outcomes.every((outcome) => {
        if (outcome.kind === 'problem')
          return outcome.detail !== '' && !outcome.detail.startsWith('the expression failed');
        return outcome.kind === 'ignored' || JSON.stringify(outcome.value).length < 20 * LONGEST_TEXT;
      });
    },
  ),
  'any text compiles or is refused with a position inside it': property(fc.tuple(scribble), ([source]) => {
    const compiled = compileExpression(source, { resourceType: 'User' });
    if (compiled.ok) return compiled.expression.source === source;
    const { line, column } = compiled.problem.position;
    const lines = source.split('\n');
    return line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1] ?? '').length + 1;
  }),
  'a resource is mapped whatever it holds, and twice to the same account': property(
    fc.tuple(
      fc.array(fc.oneof(expression, scribble), { maxLength: 4 }),
      fc.array(fc.array(clause, { maxLength: 2 }), { maxLength: 2 }),
      resource,
    ),
    ([sources, scope, input]) => {
      const lines = sources.map((source, index) => ({
        target: `a${index}`,
        expression: source,
        unique: index === 0,
      }));
      const { mapping } = compileObjectMapping(
        { mapping: lines, scope, container: sources[0] ?? 'OU=x' },
        input.resourceType,
      );
      const [first, second] = [mapResource(mapping, input), mapResource(mapping, input)];
      explain(first);
      return JSON.stringify(first) === JSON.stringify(second);
    },
  ),
  'a rule group with faults has no members': property(
    fc.tuple(fc.array(fc.array(clause, { maxLength: 3 }), { maxLength: 3 }), resource),
    ([rule, input]) => {
      const { rule: compiled, problems } = compileRuleGroup({
        displayName: 'x',
        rule,
        members: input.resourceType,
      });
      return !(ruleHolds(compiled, input) && problems.length > 0);
    },
  ),
  'an export is imported into mappings that compile': property(fc.tuple(exportedSchema()), ([json]) => {
    const { documents } = importEntraSchema(json);
    return Object.entries(documents).every(
      ([kind, document]) =>
        compileObjectMapping(document, kind === 'users' ? 'User' : 'Group').problems.length === 0,
    );
  }),
};

function property<T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => boolean): fc.IProperty<unknown[]> {
  return fc.property(arbitrary, holds) as unknown as fc.IProperty<unknown[]>;
}

function exportedSchema(): fc.Arbitrary<unknown> {
  const attributeMapping = fc.record(
    {
      targetAttributeName: fc.oneof(
        fc.constantFrom(
          'sAMAccountName',
          'cn',
          'manager',
          'parentDistinguishedName',
          'userName',
          'accountDisabled',
        ),
        scribble,
      ),
      matchingPriority: fc.integer(),
      flowType: fc.constantFrom('Always', 'ObjectAddOnly', 'ValueAddOnly', ''),
      defaultValue: fc.string(),
      source: fc.record({
        type: fc.constantFrom('Attribute', 'Constant', 'Function'),
        name: fc.oneof(fc.constantFrom('mail', 'department'), scribble),
        expression: fc.oneof(expression, scribble),
      }),
    },
    { requiredKeys: ['targetAttributeName'] },
  );
  const objectMapping = fc.record({
    sourceObjectName: fc.constantFrom('User', 'Group', 'Worker', 'Thing'),
    attributeMappings: fc.array(attributeMapping, { maxLength: 5 }),
    scope: fc.record({
      groups: fc.array(
        fc.record({
          clauses: fc.array(
            fc.record({
              operatorName: fc.string(),
              sourceOperandName: fc.string(),
              targetOperand: fc.record({ values: fc.array(fc.string()) }),
            }),
          ),
        }),
      ),
    }),
  });
  const schema = fc.record({
    synchronizationRules: fc.array(fc.record({ objectMappings: fc.array(objectMapping) })),
  });
  return fc.oneof(schema, fc.jsonValue());
}
