import { ConnectorError } from '../connector.js';

/** Names as both engines take them; everything else is refused rather than escaped. */
export const identifierPattern = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
export const tablePattern = /^[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?$/;

export function column(name: string): string {
  if (identifierPattern.test(name)) return `"${name}"`;
  throw refusedName(name, 'a column');
}

export function table(name: string): string {
  if (tablePattern.test(name)) return name.split('.').map(column).join('.');
  throw refusedName(name, 'a table');
}

function refusedName(name: string, what: string): ConnectorError {
  return new ConnectorError({
    kind: 'misconfigured',
    detail: `"${name}" cannot be the name of ${what}`,
    attribute: name,
    recommendedAction: 'Use letters, digits and underscores; a table may have its schema before a dot.',
  });
}
