/** Path in front of every endpoint. */
export const BASE_PATH = '/scim/v2';

/** Path in front of what feeds send. */
export const INBOUND_PATH = '/inbound/v1';

/** What an administrator decides about the SCIM service; app.module fills it from `scim.yaml`. */
export interface ScimSettings {
  /** `https://gateway.example` as clients reach it; without it, `Location` and `$ref` follow the Host header of the request. */
  publicUrl?: string;
  /** Page size when a client names none (RFC 9865 §3 `defaultPageSize`). */
  defaultPageSize: number;
  /** Largest page whatever a client asks (`filter.maxResults`). */
  maxPageSize: number;
  /** Seconds that a cursor stays good, as published (RFC 9865 §3 `cursorTimeout`). */
  cursorTimeoutSeconds: number;
  /** Largest request body in bytes (`bulk.maxPayloadSize`). */
  maxBodyBytes: number;
  /** Deepest nesting of a request body. */
  maxJsonDepth: number;
  /** `bulk.maxOperations`. */
  maxBulkOperations: number;
  /** Operations of one PATCH. */
  maxPatchOperations: number;
  /** Published in /ServiceProviderConfig. */
  documentationUri?: string;
  /** Security events that are told (RFC 9967 §4); absent: none. */
  eventUris?: readonly string[];
  /** Of the gateway, for the OpenAPI document. */
  version: string;
}

export const SCIM_SETTINGS = Symbol('ScimSettings');

export const DEFAULT_SCIM_SETTINGS: ScimSettings = {
  defaultPageSize: 100,
  maxPageSize: 200,
  cursorTimeoutSeconds: 3600,
  maxBodyBytes: 8 * 1024 * 1024,
  maxJsonDepth: 32,
  maxBulkOperations: 1000,
  maxPatchOperations: 1000,
  version: '0.1.0',
};
