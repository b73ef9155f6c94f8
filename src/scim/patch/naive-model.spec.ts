import fc from 'fast-check';
import { ScimError } from '../../schema/scim-error.js';
import { SchemaRegistry } from '../../schema/schema-registry.js';
import type { Json, JsonObject } from '../../schema/types.js';
import { dialectFor } from '../clients/dialect.js';
import { compilePatch } from './compile-patch.js';

/**
 * A second reading of RFC 7644 §3.5.2, written for a handful of paths only and sharing nothing with the engine: a user is
 * a title, a family and a given name, and e-mail addresses that are told apart by address and type.
 */
interface Mail {
  value?: string;
  type?: string;
  primary?: boolean;
}
interface Model {
  title?: string;
  name: Record<string, string>;
  emails: Mail[];
}
type Verb = 'add' | 'replace' | 'remove';
type Operation =
  | { verb: Verb; on: 'title'; text: string }
  | { verb: Verb; on: 'name'; sub: string; text: string }
  | { verb: 'add' | 'replace'; on: 'wholeName'; name: Record<string, string> }
  | { verb: Verb; on: 'emails'; mails: Mail[] }
  | { verb: Verb; on: 'selected'; by: string; sub: 'value' | 'type'; text: string }
  | { verb: 'replace'; on: 'primary'; by: string }
  | { verb: 'remove'; on: 'some'; by: string };

class NoTarget extends Error {}
class TwoPrimaries extends Error {}

function step(model: Model, operation: Operation): void {
  switch (operation.on) {
    case 'title':
      if (operation.verb === 'remove') delete model.title;
      else model.title = operation.text;
      return;
    case 'name':
      if (operation.verb === 'remove') delete model.name[operation.sub];
      else model.name[operation.sub] = operation.text;
      return;
    case 'wholeName':
      for (const [sub, text] of Object.entries(operation.name)) model.name[sub] = text;
      return;
    case 'emails':
      return onEmails(model, operation.verb, operation.mails);
    case 'selected':
      return onSelected(model, operation);
    case 'primary': {
      const hits = model.emails.filter((mail) => mail.type === operation.by);
      if (hits.length === 0) throw new NoTarget();
      if (hits.length > 1) throw new TwoPrimaries();
      for (const mail of model.emails) if (mail.primary) mail.primary = false;
      hits[0]!.primary = true;
      return;
    }
    case 'some':
      model.emails = model.emails.filter((mail) => mail.type !== operation.by);
  }
}

function onEmails(model: Model, verb: Verb, mails: Mail[]): void {
  if (verb !== 'add') model.emails = [];
  if (verb === 'remove') return;
  if (mails.filter((mail) => mail.primary).length > 1) throw new TwoPrimaries();
  for (const mail of mails) {
    if (mail.primary) for (const other of model.emails) if (other.primary) other.primary = false;
    const known = model.emails.find((other) => other.value === mail.value && other.type === mail.type);
    if (known) Object.assign(known, mail);
    else model.emails.push({ ...mail });
  }
}

function onSelected(model: Model, { verb, by, sub, text }: Operation & { on: 'selected' }): void {
  const hits = model.emails.filter((mail) => mail.type === by);
  if (hits.length === 0 && verb === 'replace') throw new NoTarget();
  if (hits.length === 0 && verb === 'add') {
    model.emails.push({ type: by, [sub]: text });
    return;
  }
  for (const mail of hits)
    if (verb === 'remove') delete mail[sub];
    else mail[sub] = text;
  model.emails = model.emails.filter((mail) => Object.keys(mail).length > 0);
}

function asRequest(operation: Operation): JsonObject {
  const request = { op: operation.verb, path: pathOf(operation) };
  return operation.verb === 'remove' ? request : { ...request, value: valueOf(operation) };
}

function pathOf(operation: Operation): string {
  switch (operation.on) {
    case 'name':
      return `name.${operation.sub}`;
    case 'wholeName':
      return 'name';
    case 'selected':
      return `emails[type eq "${operation.by}"].${operation.sub}`;
    case 'primary':
      return `emails[type eq "${operation.by}"].primary`;
    case 'some':
      return `emails[type eq "${operation.by}"]`;
    default:
      return operation.on;
  }
}

function valueOf(operation: Operation): Json {
  if (operation.on === 'emails') return operation.mails as JsonObject[];
  if (operation.on === 'wholeName') return operation.name;
  if (operation.on === 'primary') return true;
  return operation.on === 'some' ? null : operation.text;
}

const text = fc.constantFrom('a', 'b', 'c');
const type = fc.constantFrom('work', 'home', 'other');
const verb = fc.constantFrom<Verb>('add', 'replace', 'remove');
const mail = fc
  .record({ value: text, type, primary: fc.boolean() }, { requiredKeys: ['value'] })
  .map((one): Mail => one);
const distinctMails = fc.uniqueArray(mail, {
  minLength: 1,
  maxLength: 4,
  selector: (one) => `${one.value} ${one.type}`,
});
const name = fc.dictionary(fc.constantFrom('givenName', 'familyName'), text, { minKeys: 1 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ verb, on: fc.constant('title' as const), text }),
  fc.record({
    verb,
    on: fc.constant('name' as const),
    sub: fc.constantFrom('givenName', 'familyName'),
    text,
  }),
  fc.record({ verb: fc.constantFrom('add', 'replace'), on: fc.constant('wholeName' as const), name }),
  fc.record({ verb, on: fc.constant('emails' as const), mails: distinctMails }),
  fc.record({
    verb,
    on: fc.constant('selected' as const),
    by: type,
    sub: fc.constantFrom('value', 'type'),
    text,
  }),
  fc.record({ verb: fc.constant('replace' as const), on: fc.constant('primary' as const), by: type }),
  fc.record({ verb: fc.constant('remove' as const), on: fc.constant('some' as const), by: type }),
);

const user = SchemaRegistry.builtIn().resourceType('User')!;
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

const attributesOf = ({ title, name: names, emails }: Model): JsonObject => ({
  userName: 'u',
  ...(title === undefined ? {} : { title }),
  ...(Object.keys(names).length === 0 ? {} : { name: { ...names } }),
  ...(emails.length === 0 ? {} : { emails: emails.map((one) => ({ ...one })) as JsonObject[] }),
});

function byModel(start: Model, operations: Operation[]): JsonObject | string {
  const model = structuredClone(start);
  try {
    for (const one of operations) step(model, one);
    return attributesOf(model);
  } catch (error) {
    if (error instanceof NoTarget) return 'noTarget';
    if (error instanceof TwoPrimaries) return 'invalidValue';
    throw error;
  }
}

function byEngine(start: Model, operations: Operation[]): JsonObject | string {
  const before = attributesOf(start);
  const frozen = JSON.stringify(before);
  try {
    const body = { schemas: [PATCH_OP], Operations: operations.map(asRequest) };
    const { attributes } = compilePatch(user, body, dialectFor('generic')).apply({ attributes: before });
    return attributes;
  } catch (error) {
    if (error instanceof ScimError) return error.scimType!;
    throw error;
  } finally {
    expect(JSON.stringify(before)).toBe(frozen);
  }
}

describe('PATCH', () => {
  it('agrees with a naive model on random operations, and never touches the former state', () => {
    const start = fc
      .record({ title: text, name, emails: distinctMails })
      .map(({ emails, ...rest }): Model => {
        const first = emails.findIndex((one) => one.primary);
        return {
          ...rest,
          emails: emails.map((one, at) => (one.primary && at !== first ? { ...one, primary: false } : one)),
        };
      });
    fc.assert(
      fc.property(start, fc.array(operation, { minLength: 1, maxLength: 6 }), (model, operations) => {
        const expected = byModel(model, operations);
        const actual = byEngine(model, operations);
        // The engine checks what a request says before what the state allows, so either fault may be named first.
        if (typeof expected === 'string') expect(['noTarget', 'invalidValue']).toContain(actual);
        else expect(actual).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
