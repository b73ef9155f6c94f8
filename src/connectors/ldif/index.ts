/**
 * Writes what would be done to a directory as reviewable LDIF files (RFC 2849), for domains no gateway may reach.
 * Owns: the files and the knowledge of what they say. Leaves to `active-directory`: talking to a domain controller.
 * Read next: ldif-connector.ts, then journal.ts.
 */
import type { ConnectorKind } from '../kind.js';
import { defaultMapping } from './default-mapping.js';
import { Journal } from './journal.js';
import { LdifConnector } from './ldif-connector.js';
import { LdifSettings, ObjectPlace } from './settings.js';

export { LdifSettings, ObjectPlace };

const unique: readonly string[] = ['samaccountname', 'userprincipalname'];

export const ldif: ConnectorKind<LdifSettings> = {
  kind: 'ldif',
  Settings: LdifSettings,
  defaultMapping,
  nameSpace: (settings, kind, attribute, container) => {
    const name = attribute.toLowerCase();
    if (name === 'rdn')
      return `rdn in ${(container ?? (kind === 'Group' ? settings.groups : settings.users).container).toLowerCase()}`;
    return unique.includes(name) ? name : undefined;
  },
  fold: (_attribute, value) => value.normalize('NFKC').toLowerCase(),
  disables: (_settings, kind) => kind === 'User',
  takesPasswords: ({ passwords }) => passwords === 'write',
  create: (settings, context) => new LdifConnector(settings, new Journal(settings.folder, context.now)),
};
