/** RFC 7644 §3.12: what a client reads when a request fails. */
export interface ErrorDocument {
  schemas: [typeof ERROR_SCHEMA];
  status: string;
  scimType?: string;
  detail: string;
}

export const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** A failure as HTTP carries it. */
export interface HttpFailure {
  status: number;
  scimType?: string;
  detail: string;
  headers?: Record<string, string>;
}

export function errorDocument(failure: HttpFailure): ErrorDocument {
  return {
    schemas: [ERROR_SCHEMA],
    status: String(failure.status),
    ...(failure.scimType === undefined ? {} : { scimType: failure.scimType }),
    detail: failure.detail,
  };
}
