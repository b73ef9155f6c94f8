import type { ConnectorKind } from '../connectors/kind.js';
import { describeClass, type SettingDescription, type SettingsClass, type Shape } from './describe-class.js';
import {
  AuthFile,
  AuthorityEntry,
  DeliveryFile,
  EventsFile,
  ObjectBlock,
  RuleGroupEntry,
  ScimFile,
  ServerFile,
  SourceFile,
  StoreFile,
  TargetFile,
} from './files.js';
import { durationPattern, sizePattern } from './units.js';

export type EditorSchema = { [keyword: string]: unknown };

const files: Record<string, SettingsClass> = {
  server: ServerFile,
  auth: AuthFile,
  store: StoreFile,
  scim: ScimFile,
  delivery: DeliveryFile,
  events: EventsFile,
};

interface Kind {
  kind: string;
  Settings: SettingsClass;
}

/** JSON Schemas (draft 7, which editors read) by file name, from the classes that the files are checked with. */
export function editorSchemas(
  kinds: readonly ConnectorKind[],
  sourceKinds: readonly Kind[],
): Record<string, EditorSchema> {
  const single = Object.entries(files).map(([name, type]) => [name, document(name, blockSchema(type))]);
  const ruleGroups = { type: 'array', items: blockSchema(RuleGroupEntry) };
  const entries = { type: 'array', items: blockSchema(AuthorityEntry) };
  const authority = { type: 'object', additionalProperties: entries };
  return {
    'rule-groups': document('rule-groups', ruleGroups),
    authority: document('authority', authority),
    ...(Object.fromEntries(single) as Record<string, EditorSchema>),
    source: document('source', { ...blockSchema(SourceFile), allOf: settingsByKind(sourceKinds) }),
    target: document('target', targetSchema(kinds)),
  };
}

function document(name: string, schema: EditorSchema): EditorSchema {
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: `Landfall ${name}`, ...schema };
}

/** The settings of a target depend on its kind. */
function targetSchema(kinds: readonly ConnectorKind[]): EditorSchema {
  const schema = blockSchema(TargetFile);
  const properties = schema.properties as Record<string, EditorSchema>;
  properties.kind = {
    ...properties.kind,
    anyOf: [{ enum: kinds.map(({ kind }) => kind) }, { pattern: '^npm:' }],
  };
  properties.resources = { ...properties.resources, additionalProperties: blockSchema(ObjectBlock) };
  return { ...schema, allOf: settingsByKind(kinds) };
}

function settingsByKind(kinds: readonly Kind[]): EditorSchema[] {
  return kinds.map(({ kind, Settings }) => ({
    if: { properties: { kind: { const: kind } } },
    then: { properties: { settings: blockSchema(Settings) } },
  }));
}

function blockSchema(type: SettingsClass): EditorSchema {
  const settings = describeClass(type);
  const required = settings.filter((setting) => setting.required).map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(settings.map((setting) => [setting.name, settingSchema(setting)])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

function settingSchema({
  description,
  example,
  secret,
  shape,
  default: fallback,
}: SettingDescription): EditorSchema {
  return {
    ...(description === '' ? {} : { description }),
    ...(secret ? { type: 'string', pattern: '^(env|file):.+' } : shapeSchema(shape)),
    ...(isPlain(fallback) ? { default: fallback } : {}),
    ...(example === undefined ? {} : { examples: [example] }),
  };
}

/** Defaults of blocks are told by their own settings. */
const isPlain = (value: unknown) =>
  ['string', 'number', 'boolean'].includes(typeof value) ||
  (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item !== 'object'));

const formats = {
  duration: { type: 'string', pattern: durationPattern.source },
  size: { type: 'string', pattern: sizePattern.source },
  uri: { type: 'string', format: 'uri' },
  date: { type: 'string' },
};

function shapeSchema(shape: Shape): EditorSchema {
  switch (shape.kind) {
    case 'text':
      if (shape.format) return formats[shape.format];
      return {
        type: 'string',
        ...(shape.pattern && shape.pattern.flags === '' ? { pattern: shape.pattern.source } : {}),
      };
    case 'number': {
      const { whole, min, max } = shape;
      const bounds = {
        ...(min === undefined ? {} : { minimum: min }),
        ...(max === undefined ? {} : { maximum: max }),
      };
      return { type: whole ? 'integer' : 'number', ...bounds };
    }
    case 'flag':
      return { type: 'boolean' };
    case 'choice':
      return { enum: [...shape.choices] };
    case 'scalar':
      return { type: ['string', 'number', 'boolean'] };
    case 'block':
      return blockSchema(shape.type);
    case 'list':
      return { type: 'array', items: shapeSchema(shape.of) };
    case 'free':
      return { type: 'object' };
  }
}
