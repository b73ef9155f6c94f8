import { ConnectorError } from '../../connectors/connector.js';
import type { Link, ReservedValue } from '../model.js';

/** A value that another link of this gateway holds. */
export class WaitsFor extends ConnectorError {
  constructor(
    readonly owner: Link,
    attribute: string,
    readonly value: ReservedValue,
  ) {
    super({
      kind: 'conflict',
      attribute,
      scimType: 'uniqueness',
      ...(owner.anchor === undefined ? {} : { holder: owner.anchor }),
      detail: willMove(owner)
        ? `The value "${value.value}" of ${attribute} still belongs to "${owner.label}", which is about to change.`
        : `The value "${value.value}" of ${attribute} belongs to "${owner.label}" in the target; change one of the two.`,
    });
  }
}

/** It is about to give values up, or to take them, whether it has an account yet or not. */
export const willMove = ({ state }: Link): boolean => state === 'due' || state === 'removing';
