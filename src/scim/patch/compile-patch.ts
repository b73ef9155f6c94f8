import type { Edit, MemberOperation } from '../../identity/model.js';
import { subAttributeOf } from '../../schema/attribute-path.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { badRequest } from '../../schema/scim-error.js';
import type { AttributeDefinition, Json, JsonObject } from '../../schema/types.js';
import { isObject, isReference } from '../../schema/validate/attribute-value.js';
import { isSecret } from '../../schema/validate/required.js';
import { simpleValue } from '../../schema/validate/simple-value.js';
import { applySteps } from './apply-steps.js';
import { memberOperations, valueListRefused } from './member-operations.js';
import type { PatchDialect } from './patch-dialect.js';
import { resolveTarget, type AttributeTarget, type Target } from '../filter/target-path.js';
import { readPatchRequest, type Verb } from './patch-request.js';
import type { Step } from './step.js';
import { stepValue, valuesToRemove } from './step-value.js';

/**
 * RFC 7644 §3.5.2. What is wrong with the request itself is thrown here, as ScimError; what the state of the resource
 * does not allow is thrown by `apply`. Operations apply in order, all or none. When nothing changes, `apply` gives back
 * the very attributes that it was given. With the id of the resource, a write of that same id is no change.
 */
export function compilePatch(type: ResourceType, body: unknown, dialect: PatchDialect, id?: string): Edit {
  const compiler = new PatchCompiler(type, dialect, id);
  for (const { verb, path, value, label } of readPatchRequest(body, dialect)) {
    if (path !== undefined) compiler.onPath(verb, path, value);
    else if (verb === 'remove') throw badRequest('noTarget', `${label}: "remove" needs a "path".`);
    else compiler.onResource(verb, value, label);
  }
  const { steps, members } = compiler;
  return { members, apply: (current) => applySteps(type, steps, current) };
}

class PatchCompiler {
  readonly steps: Step[] = [];
  readonly members: MemberOperation[] = [];

  constructor(
    private readonly type: ResourceType,
    private readonly dialect: PatchDialect,
    private readonly id: string | undefined,
  ) {}

  onPath(verb: Verb, path: string, value: Json | undefined): void {
    const target = resolveTarget(this.type, path, this.dialect);
    if (target !== undefined) this.#onTarget(verb, target, value);
  }

  /** Without a path the names in the value are read as paths (Entra writes `name.givenName` and URNs there). */
  onResource(verb: 'add' | 'replace', value: Json | undefined, label: string): void {
    if (!isObject(value))
      throw badRequest('invalidValue', `${label}: without "path" the value must be an object.`);
    for (const [name, content] of Object.entries(value)) this.onPath(verb, name, content);
  }

  #onTarget(verb: Verb, target: Target, value: Json | undefined): void {
    switch (target.kind) {
      case 'resource':
        if (verb === 'remove') throw badRequest('noTarget', 'The whole resource cannot be removed by PATCH.');
        return this.onResource(verb, value, this.type.schema.id);
      case 'extension':
        return this.#onExtension(verb, target.urn, value);
      case 'attribute':
        return this.#onAttribute(verb, target, value);
    }
  }

  #onExtension(verb: Verb, urn: string, value: Json | undefined): void {
    if (verb === 'remove' || value === null) {
      const schema = this.type.extension(urn)!.schema;
      if (schema.attributes.every(({ mutability }) => mutability === 'readOnly')) throw readOnly(urn);
      this.steps.push({ kind: 'removeExtension', urn, verb });
      return;
    }
    if (!isObject(value)) throw badRequest('invalidValue', `"${urn}" must be an object.`);
    for (const [name, content] of Object.entries(value)) this.onPath(verb, `${urn}:${name}`, content);
  }

  #onAttribute(verb: Verb, target: AttributeTarget, value: Json | undefined): void {
    const { attribute, subAttribute } = target;
    if (target.extension === undefined && this.#onCommon(verb, target, value)) return;
    if (attribute.mutability === 'readOnly' || subAttribute?.mutability === 'readOnly')
      throw readOnly(target.text);
    if (target.extension === undefined && isSecret(attribute)) return this.#password(verb, target, value);
    if (verb === 'remove') return this.#remove(target, value);
    const whole = target.filter === undefined && subAttribute === undefined && !attribute.multiValued;
    if (whole && attribute.type === 'complex' && isObject(unwrapped(value)) && !refers(attribute, value))
      return this.#merge(verb, target, unwrapped(value) as JsonObject);
    this.steps.push({
      kind: 'attribute',
      verb,
      target,
      value: stepValue(target, value ?? null, this.dialect),
      createsOnReplace: this.dialect.createOnReplaceWithoutMatch,
    });
  }

  /** Attributes that are no part of the stored ones; true when there is nothing left to do. */
  #onCommon(verb: Verb, target: AttributeTarget, value: Json | undefined): boolean {
    const { name } = target.attribute;
    if (name === 'id' || name === 'meta') {
      const same = name === 'id' && verb !== 'remove' && value !== undefined && value === this.id;
      return same || this.dialect.ignoreIdAndMeta;
    }
    // `schemas` follows from what the resource holds (§3.5.2), so writing it changes nothing.
    if (name === 'schemas') {
      if (verb === 'remove') throw badRequest('mutability', '"schemas" is required and cannot be removed.');
      return true;
    }
    if (name === 'externalId') this.#externalId(verb, target, value);
    else if (this.type.holdsMembers && name === 'members')
      this.members.push(...memberOperations(verb, target, value, this.dialect));
    else return false;
    return true;
  }

  /** RFC 7644 §3.5.2.3: sub-attributes that are not named stay; so each named one is a change of its own. */
  #merge(verb: 'add' | 'replace', target: AttributeTarget, value: JsonObject): void {
    for (const [name, content] of Object.entries(value)) {
      const subAttribute = subAttributeOf(target.attribute, name);
      if (subAttribute?.mutability === 'readOnly') continue;
      if (subAttribute === undefined) {
        if (this.dialect.ignoreUnknown) continue;
        throw badRequest('invalidValue', `"${target.text}" has no sub-attribute "${name.slice(0, 60)}".`);
      }
      this.#onAttribute(
        verb,
        { ...target, subAttribute, text: `${target.text}.${subAttribute.name}` },
        content,
      );
    }
  }

  #remove(target: AttributeTarget, value: Json | undefined): void {
    const listed = value !== undefined && value !== null && target.attribute.multiValued;
    if (!listed || target.filter !== undefined || target.subAttribute !== undefined) {
      this.steps.push({ kind: 'remove', target });
      return;
    }
    if (!this.dialect.removeValueList) throw valueListRefused(target.text);
    this.steps.push({ kind: 'remove', target, only: valuesToRemove(target.attribute, value, this.dialect) });
  }

  #externalId(verb: Verb, target: AttributeTarget, value: Json | undefined): void {
    const cleared = verb === 'remove' || value === null || (value === '' && this.dialect.emptyStringClears);
    const text = cleared ? null : (simpleValue(target.attribute, value ?? null, 'externalId') as string);
    this.steps.push({ kind: 'externalId', value: text });
  }

  #password(verb: Verb, target: AttributeTarget, value: Json | undefined): void {
    if (verb === 'remove' || value === null) {
      this.steps.push({ kind: 'password', value: undefined });
      return;
    }
    const password = simpleValue(target.attribute, value ?? null, 'password') as string;
    if (password === '') throw badRequest('invalidValue', 'The password is empty.');
    this.steps.push({ kind: 'password', value: password });
  }
}

/** A reference is replaced as a whole by one that says what it refers to (RFC 7643 §2.4). */
const refers = (attribute: AttributeDefinition, value: Json | undefined): boolean =>
  isReference(attribute) &&
  Object.keys(unwrapped(value) as JsonObject).some((name) => /^(value|\$ref)$/i.test(name));

/** Some clients wrap a single complex value in a list. */
const unwrapped = (value: Json | undefined): Json | undefined =>
  Array.isArray(value) && value.length === 1 ? value[0] : value;

const readOnly = (path: string) => badRequest('mutability', `"${path}" is readOnly.`);
