import type { Json } from '../../schema/types.js';
import type { AttributeTarget } from '../filter/target-path.js';
import type { Verb } from './patch-request.js';

/** One change of one attribute, checked against the schema; whether the state allows it shows when it is applied. */
export type Step =
  | {
      kind: 'attribute';
      verb: 'add' | 'replace';
      target: AttributeTarget;
      /** In the form of the schema; undefined takes the value away. */
      value: Json | undefined;
      /** A replace whose filter selects nothing creates the value, as an add does. */
      createsOnReplace: boolean;
    }
  | {
      kind: 'remove';
      target: AttributeTarget;
      /** Only these values, where the dialect has value lists. */
      only?: Json[];
    }
  | { kind: 'removeExtension'; urn: string; verb: Verb }
  | { kind: 'externalId'; value: string | null }
  | { kind: 'password'; value: string | undefined };
