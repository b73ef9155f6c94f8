import { compileObjectMapping } from '../compile-mapping.js';
import type { MappingLine, ObjectMapping, ScopeClause } from '../types.js';
import { directoryNameOf, looksLikeScim } from './directory-names.js';
import {
  rulesOf,
  type ExportedAttributeMapping,
  type ExportedClause,
  type ExportedObjectMapping,
} from './schema-export.js';

export interface ImportNote {
  /** `users`, `groups`, or the name of an object mapping that was left out. */
  where: string;
  /** Target attribute or part: `sAMAccountName`, `scope`. */
  subject: string;
  /** changed: carried over, but not word by word. dropped: has no counterpart. */
  result: 'changed' | 'dropped';
  detail: string;
}

export interface ImportedSchema {
  documents: { users?: ObjectMapping; groups?: ObjectMapping };
  report: ImportNote[];
}

type Note = (subject: string, result: ImportNote['result'], detail: string) => void;

/**
 * A starting mapping from the schema that Entra's portal (or Graph) exports for an application.
 * An application that writes to Active Directory is carried over as it is. For a SCIM application Entra goes on
 * computing its expressions before it sends, so each SCIM attribute gets its usual place in the directory.
 */
export function importEntraSchema(json: unknown): ImportedSchema {
  const imported: ImportedSchema = { documents: {}, report: [] };
  const objects = rulesOf(json).flatMap((rule) => rule.objects);
  if (objects.length === 0) {
    imported.report.push({
      where: 'schema',
      subject: 'synchronizationRules',
      result: 'dropped',
      detail: 'no object mappings found: this is not an exported provisioning schema',
    });
  }
  for (const object of objects) importObject(object, imported);
  return imported;
}

function importObject(object: ExportedObjectMapping, imported: ImportedSchema): void {
  const name = object.name === '' ? `${object.sourceObject} to ${object.targetObject}` : object.name;
  const skip = (detail: string): void => {
    imported.report.push({ where: name, subject: 'object mapping', result: 'dropped', detail });
  };
  const kind = kindOf(object);
  if (kind === undefined)
    return skip(`${object.sourceObject || 'this'} objects are neither users nor groups`);
  if (!object.enabled) return skip('it is switched off');
  if (imported.documents[kind]) return skip(`${kind} are already mapped by an earlier object mapping`);
  const note: Note = (subject, result, detail) =>
    imported.report.push({ where: kind, subject, result, detail });
  imported.documents[kind] = documentOf(object, kind === 'users' ? 'User' : 'Group', note);
}

function kindOf(object: ExportedObjectMapping): 'users' | 'groups' | undefined {
  const named = `${object.sourceObject} ${object.targetObject}`;
  if (/group/i.test(named)) return 'groups';
  return /user|person|worker|employee/i.test(named) ? 'users' : undefined;
}

function documentOf(object: ExportedObjectMapping, resourceType: string, note: Note): ObjectMapping {
  const scim = looksLikeScim(object.attributes.map((attribute) => attribute.target));
  const document: ObjectMapping = { mapping: [] };
  for (const attribute of object.attributes) {
    if (attribute.target === '') continue;
    if (scim) addScimLine(attribute, resourceType, document, note);
    else addDirectoryLine(attribute, resourceType, document, note);
  }
  const scope = scopeOf(object.scope, resourceType, note);
  if (scope.length > 0) document.scope = scope;
  const actions = actionsOf(object.flowTypes);
  if (actions) document.actions = actions;
  return document;
}

function actionsOf(flowTypes: readonly string[]): ObjectMapping['actions'] | undefined {
  if (flowTypes.length === 0) return undefined;
  const on = (type: string): boolean => flowTypes.some((flow) => flow.toLowerCase() === type);
  const actions = { create: on('add'), update: on('update'), delete: on('delete') };
  return actions.create && actions.update && actions.delete ? undefined : actions;
}

/** Entra keeps computing: `[displayName]` arrives as the SCIM attribute, already transformed. */
function addScimLine(
  attribute: ExportedAttributeMapping,
  resourceType: string,
  document: ObjectMapping,
  note: Note,
): void {
  const path = attribute.target;
  if (/^members$/i.test(path))
    return note(path, 'changed', 'members are delivered as membership edges and need no line');
  if (/^externalId$/i.test(path)) {
    return note(
      path,
      'changed',
      'is kept as the resource’s externalId; map it where the directory should show it',
    );
  }
  const target = resourceType === 'Group' ? groupTarget(path) : directoryNameOf(path);
  if (target === undefined)
    return note(path, 'dropped', 'has no usual place in the directory: choose a target attribute');
  if (attribute.type === 'Function') {
    note(
      target,
      'changed',
      `Entra computes ${attribute.expression} before it sends; the result is taken as it comes`,
    );
  }
  const line: MappingLine = /^manager$/i.test(target)
    ? { target, reference: 'manager' }
    : { target, source: path };
  if (target === 'userPrincipalName') line.unique = true;
  if (target === 'proxyAddresses') line.multiValued = true;
  addLine(withFlow(line, attribute, note), resourceType, document, note);
}

function groupTarget(path: string): string | undefined {
  return /^displayName$/i.test(path) ? 'displayName' : undefined;
}

function addDirectoryLine(
  attribute: ExportedAttributeMapping,
  resourceType: string,
  document: ObjectMapping,
  note: Note,
): void {
  const target = attribute.target;
  const refused = REFUSED.find(([pattern]) => pattern.test(target));
  if (refused) return note(target, 'dropped', refused[1]);
  const origin = originOf(attribute);
  if (!origin)
    return note(target, 'dropped', 'has neither an attribute, a constant nor an expression as its source');
  if (/^parentDistinguishedName$/i.test(target)) return addContainer(origin, resourceType, document, note);
  if (/^(manager|managedBy)$/i.test(target) && origin.source !== undefined) {
    return addLine({ target, reference: origin.source }, resourceType, document, note);
  }
  if (/^cn$/i.test(target)) note(target, 'changed', 'the relative name is the pseudo attribute rdn');
  const line: MappingLine = { target: /^cn$/i.test(target) ? 'rdn' : target, ...origin };
  if (/^(sAMAccountName|userPrincipalName)$/i.test(target)) line.unique = true;
  addLine(withFlow(line, attribute, note), resourceType, document, note);
}

const REFUSED: readonly [RegExp, string][] = [
  [/^members?$/i, 'members are delivered as membership edges and need no line'],
  [
    /^(unicodePwd|password|PasswordProfile.*)$/i,
    'passwords are generated or sealed by the gateway, never mapped',
  ],
  [/^(objectGUID|objectSid|distinguishedName)$/i, 'is made by the directory'],
  [/^(msDS-ExternalDirectoryObjectId|msDS-ObjectSoa)$/i, 'is Microsoft’s own anchor'],
];

type OriginFields = Pick<MappingLine, 'source' | 'constant' | 'expression'>;

function originOf(attribute: ExportedAttributeMapping): OriginFields | undefined {
  const { type, name, expression } = attribute;
  if (type === 'Constant') return { constant: name === '' ? unquoted(expression) : name };
  if (type === 'Function' && expression !== '') return { expression };
  if (type === 'Function' || (name === '' && expression === '')) return undefined;
  return { source: name === '' ? expression.replace(/^\[([\s\S]*)\]$/, '$1') : name };
}

function unquoted(text: string): string {
  return text.replace(/^"([\s\S]*)"$/, '$1');
}

function addContainer(origin: OriginFields, resourceType: string, document: ObjectMapping, note: Note): void {
  const container =
    origin.expression ?? (origin.source === undefined ? String(origin.constant) : `[${origin.source}]`);
  const fault = compileObjectMapping({ container, mapping: [] }, resourceType, { schemas: [] }).problems[0];
  if (fault) return note('parentDistinguishedName', 'dropped', `${container}: ${fault.detail}`);
  document.container = container;
  note('parentDistinguishedName', 'changed', 'the place of the account is the key container');
}

function withFlow(line: MappingLine, attribute: ExportedAttributeMapping, note: Note): MappingLine {
  const flowed: MappingLine = { ...line };
  if (attribute.flowType === 'ObjectAddOnly') flowed.apply = 'create';
  else if (attribute.flowType !== '' && attribute.flowType !== 'Always') {
    note(line.target, 'changed', `flowType ${attribute.flowType} has no counterpart: it applies always`);
  }
  const selects = /^\s*SelectUniqueValue\b/.test(line.expression ?? '');
  const pseudo = /^(rdn|accountEnabled|accountDisabled)$/i.test(line.target) || line.reference !== undefined;
  if (attribute.matchingPriority > 0) {
    if (selects || pseudo)
      note(line.target, 'changed', 'accounts cannot be matched by it: the match was left out');
    else flowed.match = attribute.matchingPriority;
  }
  if (/^(accountEnabled|accountDisabled)$/i.test(line.target)) delete flowed.apply;
  if (attribute.defaultValue !== '' && line.reference === undefined) flowed.default = attribute.defaultValue;
  return flowed;
}

/** Only lines that compile are carried over; the others are reported with what is wrong. */
function addLine(line: MappingLine, resourceType: string, document: ObjectMapping, note: Note): void {
  const written = line.expression ?? line.source ?? line.reference ?? String(line.constant);
  const candidate = { mapping: [...document.mapping, line] };
  const fault = compileObjectMapping(candidate, resourceType, { schemas: [] }).problems[0];
  if (fault) return note(line.target, 'dropped', `${written}: ${fault.detail}`);
  document.mapping.push(line);
  if (/\[?mailNickname\]?/i.test(written)) {
    note(
      line.target,
      'changed',
      'mailNickname is read from externalId, where Entra’s default mapping puts it',
    );
  }
}

/** Nobody, until an administrator has decided what the filters that were lost meant. */
const NOBODY: ScopeClause[] = [{ attribute: 'id', operator: 'IS NULL' }];

/** A filter is carried over whole or not at all: one clause less would let more people in. */
function scopeOf(scope: ExportedObjectMapping['scope'], resourceType: string, note: Note): ScopeClause[][] {
  const filters = scope.filter((filter) => filter.length > 0);
  const kept = filters.flatMap((filter) => {
    const clauses = filter.map((clause) => clauseOf(clause, resourceType, note));
    return clauses.some((clause) => clause === undefined)
      ? []
      : [clauses.filter((clause) => clause !== undefined)];
  });
  if (kept.length > 0 || filters.length === 0) return kept;
  note('scope', 'changed', 'no filter could be carried over, so nobody is in scope until you write one');
  return [NOBODY];
}

function clauseOf(clause: ExportedClause, resourceType: string, note: Note): ScopeClause | undefined {
  const [value, ...more] = clause.values;
  const converted: ScopeClause = { attribute: clause.attribute, operator: clause.operator };
  if (value !== undefined && value !== '') converted.value = value;
  const fault = compileObjectMapping({ scope: [[converted]], mapping: [] }, resourceType, { schemas: [] })
    .problems[0];
  const detail = more.length > 0 ? `${more.length + 1} values, where one is possible` : fault?.detail;
  if (detail === undefined) return converted;
  note(
    'scope',
    'dropped',
    `the filter with ${clause.attribute} ${clause.operator} ${clause.values.join(', ')}: ${detail}`,
  );
  return undefined;
}
