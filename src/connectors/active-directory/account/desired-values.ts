import { ConnectorError, type DesiredAccount, type ResourceKind, type TargetValue } from '../../connector.js';
import { encodeValue } from '../domain/encode-value.js';
import type { AdSchema } from '../domain/schema-cache.js';
import { principalNameFault, accountNameFault } from '../names.js';
import type { EntryValue } from '../session/entry.js';
import { countryOf } from '../values/countries.js';
import { attributesOf, isForbidden, type AttributeFence } from './attribute-fence.js';

/** One attribute of the domain as it should be. */
export interface DesiredValue {
  /** In the schema's spelling. */
  name: string;
  values: readonly EntryValue[];
  apply: 'always' | 'create';
  mapping: string;
  secret: boolean;
}

interface Raw {
  name: string;
  values: readonly TargetValue[];
  apply: 'always' | 'create';
  mapping: string;
  secret?: boolean;
}

export interface ValueRules {
  kind: ResourceKind;
  schema: AdSchema;
  fence: AttributeFence;
  upnSuffixes: readonly string[];
}

/** Everything the mapping wants written, checked against fence, schema and the rules of Windows before the domain is asked. */
export function desiredValues(desired: DesiredAccount, rules: ValueRules): DesiredValue[] {
  const unique = Object.entries(desired.unique)
    .filter(([attribute]) => attribute.toLowerCase() !== 'rdn')
    .map(([name, { value, apply, mapping }]): Raw => ({ name, values: [value], apply, mapping }));
  return [...desired.attributes, ...unique]
    .flatMap((attribute) => expand(attribute))
    .map((raw) => checked(raw, rules));
}

function expand(raw: Raw): Raw[] {
  if (raw.name.toLowerCase() === 'country') return countryTriple(raw);
  const names = attributesOf(raw.name);
  if (names.length === 1)
    return [raw.name.toLowerCase() === 'proxyaddresses' ? { ...raw, values: mailAddresses(raw) } : raw];
  const [first, ...others] = names as [string, ...string[]];
  return [
    { ...raw, name: first, values: raw.values.slice(0, 1) },
    ...others.map((name, index) => ({ ...raw, name, values: index === 0 ? raw.values.slice(1) : [] })),
  ];
}

/** c, co and countryCode say the same thing three times, and AD checks none of them. */
function countryTriple(raw: Raw): Raw[] {
  const [value] = raw.values;
  const triple = (c?: string, co?: string, number?: string) =>
    [
      ['c', c],
      ['co', co],
      ['countryCode', number],
    ].map(([name, one]): Raw => ({ ...raw, name: name!, values: one === undefined ? [] : [one] }));
  if (value === undefined) return triple(undefined, undefined, '0');
  const country = countryOf(String(value));
  if (!country)
    throw refused(raw, 'c', 'is not a country: give the two letters of ISO 3166 or its English name');
  return triple(country.letters, country.name, country.number);
}

/** Exactly one primary address (`SMTP:`), and no address twice: AD checks neither. */
function mailAddresses(raw: Raw): string[] {
  const seen = new Set<string>();
  const addresses: string[] = [];
  for (const value of raw.values.map(String)) {
    const named = /^[A-Za-z0-9-]+:/.test(value)
      ? value
      : `${addresses.length === 0 ? 'SMTP' : 'smtp'}:${value}`;
    if (seen.has(named.toLowerCase())) continue;
    seen.add(named.toLowerCase());
    addresses.push(named);
  }
  const primary = addresses.filter((address) => address.startsWith('SMTP:')).length;
  const mail = addresses.some((address) => /^smtp:/i.test(address));
  if (mail && primary !== 1)
    throw refused(raw, raw.name, `has ${primary} primary addresses (SMTP:), and there is to be exactly one`);
  return addresses;
}

function checked(raw: Raw, rules: ValueRules): DesiredValue {
  if (isForbidden(raw.name) || !rules.fence.allows(rules.kind, raw.name)) {
    throw new ConnectorError({
      kind: 'misconfigured',
      attribute: raw.name,
      detail: `The mapping ${raw.mapping} writes ${raw.name}, which this gateway never writes.`,
      recommendedAction: 'Take the line out of the mapping.',
    });
  }
  const attribute = rules.schema.attribute(raw.name);
  if (!attribute || attribute.readOnly) {
    throw new ConnectorError({
      kind: 'misconfigured',
      attribute: raw.name,
      detail: `The mapping ${raw.mapping} writes ${raw.name}, ${attribute ? 'which only the domain itself writes' : 'which the schema of the domain does not have'}.`,
      recommendedAction: 'Correct the name in the mapping, or extend the schema.',
    });
  }
  if (attribute.singleValued && raw.values.length > 1)
    throw refused(raw, attribute.name, 'has several values, and the domain holds one');
  nameFault(raw, attribute.name, rules);
  const values = distinct(raw.values.map((value) => encoded(raw, attribute, value)));
  return {
    name: attribute.name,
    values,
    apply: raw.apply,
    mapping: raw.mapping,
    secret: raw.secret ?? false,
  };
}

function encoded(raw: Raw, attribute: Parameters<typeof encodeValue>[0], value: TargetValue): EntryValue {
  const result = encodeValue(attribute, value);
  if (!result.ok) throw refused(raw, attribute.name, result.fault);
  return result.value;
}

/** Two equal values in one write are refused by the domain. */
function distinct(values: readonly EntryValue[]): EntryValue[] {
  const seen = new Map(
    values.map((value) => [typeof value === 'string' ? `s${value}` : `b${value.toString('base64')}`, value]),
  );
  return [...seen.values()];
}

function nameFault(raw: Raw, name: string, rules: ValueRules): void {
  const [value] = raw.values;
  if (value === undefined && name === 'sAMAccountName') throw refused(raw, name, 'is empty');
  if (value === undefined) return;
  if (name === 'sAMAccountName') {
    const fault = accountNameFault(String(value), rules.kind);
    if (fault) throw refused(raw, name, fault);
  }
  if (name === 'userPrincipalName') {
    const fault = principalNameFault(String(value), rules.upnSuffixes);
    if (fault) throw refused(raw, name, fault);
  }
  if (name === 'lockoutTime' && String(value) !== '0') throw refused(raw, name, 'can only be set to 0');
  if (name === 'pwdLastSet' && !['0', '-1'].includes(String(value)))
    throw refused(raw, name, 'can only be set to 0 or -1');
}

function refused(raw: Raw, attribute: string, fault: string): ConnectorError {
  return new ConnectorError({
    kind: 'rejected',
    attribute,
    scimType: 'invalidValue',
    detail: `The value for ${attribute} (${raw.mapping}) ${fault}.`,
    recommendedAction: 'Correct the value at the source, or the mapping in the target file.',
  });
}
