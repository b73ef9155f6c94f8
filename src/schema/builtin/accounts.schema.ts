import type { SchemaDocument } from '../types.js';
import { define, text } from './define.js';

export const USER_ACCOUNTS_SCHEMA = 'urn:landfall:params:scim:schemas:extension:accounts:2.0:User';
export const GROUP_ACCOUNTS_SCHEMA = 'urn:landfall:params:scim:schemas:extension:accounts:2.0:Group';

/** Is this one of the readOnly extensions that tell what targets decided? */
export const isAccountsSchema = (urn: string): boolean =>
  urn === USER_ACCOUNTS_SCHEMA || urn === GROUP_ACCOUNTS_SCHEMA;

const fact = (name: string, description: string) =>
  text(name, description, { mutability: 'readOnly', caseExact: true });

const accounts = define('accounts', 'complex', 'The counterparts of the resource in the targets.', {
  multiValued: true,
  mutability: 'readOnly',
  // On request only: clients that compare what they wrote with what they read see nothing they did not write.
  returned: 'request',
  subAttributes: [
    fact('target', 'The name of the target.'),
    fact('state', 'How far delivery is.'),
    fact('anchor', 'The immutable id of the account in the target.'),
    fact('distinguishedName', 'The place of the account in the directory.'),
    fact('sAMAccountName', 'The sign-in name before Windows 2000.'),
    fact('userPrincipalName', 'The sign-in name of the account.'),
    fact('mail', 'The e-mail address in the target.'),
    fact('objectSid', 'The security identifier.'),
  ],
});

const document = (id: string, name: string): SchemaDocument => ({
  id,
  name,
  description: 'What the targets made of the resource',
  attributes: [accounts],
});

export const userAccountsSchema = document(USER_ACCOUNTS_SCHEMA, 'UserAccounts');
export const groupAccountsSchema = document(GROUP_ACCOUNTS_SCHEMA, 'GroupAccounts');
