import { ConnectorError } from '../../connectors/connector.js';
import type { Link } from '../model.js';

/** A value that another due link holds: it is about to give the value up, or to take it, whether it has an account yet or not. */
export class WaitsFor extends ConnectorError {
  constructor(
    readonly link: Link,
    attribute: string,
    value: string,
  ) {
    super({
      kind: 'conflict',
      attribute,
      ...(link.anchor === undefined ? {} : { holder: link.anchor }),
      detail: `The value "${value}" of ${attribute} still belongs to "${link.label}", which is about to change.`,
    });
  }
}
