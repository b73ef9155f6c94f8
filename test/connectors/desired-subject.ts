import type { Traits } from '../../src/connectors/contract/index.js';
import type { DesiredAttribute, ResourceKind, Subject } from '../../src/connectors/connector.js';

/** What the kit's traits are called in one target. */
export interface TraitNames {
  name: string;
  title: string;
  createOnly: string;
}

/** The subject that delivery would make of these traits, with the target's own attribute names. */
export function desiredSubject(
  kind: ResourceKind,
  traits: Traits,
  names: TraitNames,
  container?: string,
): Subject {
  const attributes: DesiredAttribute[] = [];
  if (traits.title !== undefined) {
    const values = traits.title === null ? [] : [traits.title];
    attributes.push({ name: names.title, values, apply: 'always', mapping: 'mapping[1] title' });
  }
  if (traits.createOnly !== undefined) {
    attributes.push({
      name: names.createOnly,
      values: [traits.createOnly],
      apply: 'create',
      mapping: 'mapping[2]',
    });
  }
  return {
    kind,
    resourceId: traits.id,
    stamp: `kit-store:${traits.id}`,
    label: traits.name,
    desired: {
      ...(container === undefined ? {} : { container }),
      ...(traits.enabled === undefined ? {} : { enabled: traits.enabled }),
      attributes,
      unique: {
        [names.name]: {
          value: traits.name,
          givenByClient: true,
          apply: 'always',
          mapping: 'mapping[0] name',
        },
      },
      references: [],
    },
    match: traits.matchByName ? [{ attribute: names.name, value: traits.name }] : [],
  };
}
