/**
 * The parts of a Microsoft Graph synchronizationSchema that an import reads
 * (https://learn.microsoft.com/graph/api/resources/synchronization-synchronizationschema).
 * An export comes from outside, so every part is looked at before it is believed.
 */
export interface ExportedClause {
  operator: string;
  attribute: string;
  values: string[];
}

export interface ExportedAttributeMapping {
  target: string;
  /** Attribute, Constant or Function. */
  type: string;
  name: string;
  expression: string;
  defaultValue: string;
  flowType: string;
  matchingPriority: number;
}

export interface ExportedObjectMapping {
  name: string;
  enabled: boolean;
  sourceObject: string;
  targetObject: string;
  flowTypes: string[];
  scope: ExportedClause[][];
  attributes: ExportedAttributeMapping[];
}

export interface ExportedRule {
  name: string;
  source: string;
  target: string;
  objects: ExportedObjectMapping[];
}

export function rulesOf(json: unknown): ExportedRule[] {
  // The portal wraps what Graph returns bare.
  const root = recordOf(json);
  const schema = root.synchronizationRules === undefined ? recordOf(root.schema ?? root.value) : root;
  return listOf(schema.synchronizationRules).map((rule) => ({
    name: textOf(rule.name),
    source: textOf(rule.sourceDirectoryName),
    target: textOf(rule.targetDirectoryName),
    objects: listOf(rule.objectMappings).map(objectMappingOf),
  }));
}

function objectMappingOf(object: Members): ExportedObjectMapping {
  return {
    name: textOf(object.name),
    enabled: object.enabled !== false,
    sourceObject: textOf(object.sourceObjectName),
    targetObject: textOf(object.targetObjectName),
    flowTypes: textOf(object.flowTypes)
      .split(',')
      .map((type) => type.trim())
      .filter((type) => type !== ''),
    scope: listOf(recordOf(object.scope).groups).map((group) => listOf(group.clauses).map(clauseOf)),
    attributes: listOf(object.attributeMappings).map(attributeMappingOf),
  };
}

function clauseOf(clause: Members): ExportedClause {
  const values = recordOf(clause.targetOperand).values;
  return {
    operator: textOf(clause.operatorName),
    attribute: textOf(clause.sourceOperandName),
    values: Array.isArray(values) ? values.map(textOf) : [],
  };
}

function attributeMappingOf(mapping: Members): ExportedAttributeMapping {
  const source = recordOf(mapping.source);
  return {
    target: textOf(mapping.targetAttributeName),
    type: textOf(source.type),
    name: textOf(source.name),
    expression: textOf(source.expression),
    defaultValue: textOf(mapping.defaultValue),
    flowType: textOf(mapping.flowType),
    matchingPriority: typeof mapping.matchingPriority === 'number' ? mapping.matchingPriority : 0,
  };
}

type Members = Record<string, unknown>;

function recordOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

function listOf(value: unknown): Members[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
