import type { Edit, EditResult } from '../../identity/model.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { sameJson } from '../../schema/same-json.js';
import { badRequest } from '../../schema/scim-error.js';
import type { Attributes, JsonObject } from '../../schema/types.js';
import { isObject } from '../../schema/validate/attribute-value.js';
import { addValues, removeListed, replaceValues } from './attribute-edit.js';
import { checkEndState } from './end-state.js';
import { editSelected, removeSelected } from './selected-edit.js';
import type { Step } from './step.js';
import { valuesOf } from './values.js';

/** Tests of a value against a filter or a listed value: keeps one request from holding up all others. */
const MAX_WORK = 200_000;

type Current = Parameters<Edit['apply']>[0];

/** Runs the steps in order on a copy; constraints on the whole are judged on the end state. */
export function applySteps(type: ResourceType, steps: readonly Step[], current: Current): EditResult {
  const attributes = structuredClone(current.attributes);
  const result: EditResult = { attributes };
  const removed = new Set<string>();
  let work = 0;
  for (const step of steps) {
    work += workOf(attributes, step);
    if (work > MAX_WORK)
      throw badRequest(
        'tooMany',
        'The operations select among too many values: send them in several requests.',
      );
    if (step.kind === 'externalId') result.externalId = step.value;
    else if (step.kind === 'password') setPassword(result, step.value);
    else if (step.kind === 'removeExtension') {
      delete attributes[step.urn];
      removed.add(step.urn);
    } else editAttribute(attributes, step, removed);
  }
  checkEndState(type, current.attributes, attributes, removed);
  if (sameJson(attributes, current.attributes)) result.attributes = current.attributes;
  if (result.externalId === (current.externalId ?? null)) delete result.externalId;
  return result;
}

function workOf(attributes: Attributes, step: Step): number {
  if (step.kind !== 'attribute' && step.kind !== 'remove') return 0;
  const values = valuesOf(ownerOf(attributes, step.target.extension), step.target.attribute).length;
  const listed = step.kind === 'remove' ? (step.only ?? []) : [];
  return values * (1 + listed.filter((value) => isObject(value) && value['value'] === undefined).length);
}

function setPassword(result: EditResult, password: string | undefined): void {
  if (password === undefined) delete result.secrets;
  else result.secrets = { password };
}

function editAttribute(
  attributes: Attributes,
  step: Step & { kind: 'attribute' | 'remove' },
  removed: Set<string>,
): void {
  const { extension, attribute, subAttribute } = step.target;
  const owner = ownerOf(attributes, extension);
  const path = `${extension === undefined ? '' : `${extension}:`}${attribute.name}`;
  const full = subAttribute === undefined ? path : `${path}.${subAttribute.name}`;
  if (step.kind === 'remove') removed.add(full);
  else removed.delete(full);
  if (step.kind === 'attribute') assign(owner, step);
  else if (step.only !== undefined) removeListed(owner, attribute, step.only);
  else removeSelected(owner, step.target);
  if (extension === undefined) return;
  if (Object.keys(owner).length === 0) delete attributes[extension];
  else attributes[extension] = owner;
}

function assign(owner: JsonObject, step: Step & { kind: 'attribute' }): void {
  const { target, verb, value } = step;
  if (target.filter !== undefined || target.subAttribute !== undefined) return editSelected(owner, step);
  if (value === undefined) {
    // Null is no value (RFC 7643 §2.5): adding none takes nothing away.
    if (verb === 'replace') delete owner[target.attribute.name];
  } else if (verb === 'add' && target.attribute.multiValued) addValues(owner, target.attribute, value);
  else replaceValues(owner, target.attribute, value);
}

function ownerOf(attributes: Attributes, extension: string | undefined): JsonObject {
  if (extension === undefined) return attributes;
  const owner = attributes[extension];
  if (owner !== undefined && !isObject(owner))
    throw badRequest('invalidPath', `"${extension}" is no object.`);
  return owner ?? {};
}
