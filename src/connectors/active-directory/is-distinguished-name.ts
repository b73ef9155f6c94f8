import { ValidateBy, type ValidationOptions } from 'class-validator';
import { parseDn } from './values/dn.js';

/** RFC 4514: a property that names a place in the directory. */
export function IsDistinguishedName(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isDistinguishedName',
      validator: {
        validate: (value) => typeof value === 'string' && (parseDn(value)?.length ?? 0) > 0,
        defaultMessage: () => '$property is a distinguished name such as OU=People,DC=corp,DC=example',
      },
    },
    options,
  );
}
