/** What an entry of auth.yaml may say; apart from the class, so that a command line can name them without its rules. */
export const tokenClients = ['entra', 'okta', 'generic'] as const;
export const tokenScopes = ['scim', 'inbound', 'operations', 'metrics', 'events'] as const;
