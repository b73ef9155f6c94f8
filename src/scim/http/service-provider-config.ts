import type { ScimSettings } from './settings.js';

/** RFC 7643 §5 with `pagination` of RFC 9865 §4 and `securityEvents` of RFC 9967 §4. Published is what `settings` enforces. */
export function serviceProviderConfig(settings: ScimSettings, baseUrl: string): object {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    ...(settings.documentationUri === undefined ? {} : { documentationUri: settings.documentationUri }),
    patch: { supported: true },
    bulk: {
      supported: true,
      maxOperations: settings.maxBulkOperations,
      maxPayloadSize: settings.maxBodyBytes,
    },
    filter: { supported: true, maxResults: settings.maxPageSize },
    changePassword: { supported: true },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: settings.defaultPageSize,
      maxPageSize: settings.maxPageSize,
      cursorTimeout: settings.cursorTimeoutSeconds,
    },
    ...(settings.eventUris === undefined
      ? {}
      : { securityEvents: { asyncRequest: 'none', eventUris: settings.eventUris } }),
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: 'A bearer token in the Authorization header (RFC 6750).',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}
