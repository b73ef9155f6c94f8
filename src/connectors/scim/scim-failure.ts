import { ConnectorError, type ConnectorErrorKind } from '../connector.js';
import type { HttpAnswer } from './http-client.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What was asked, as far as the meaning of a refusal depends on it. */
export interface Asked {
  method: Method;
  path: string;
  /** One resource is named, not a collection. */
  resource: boolean;
}

/** An error body (RFC 7644 §3.12), or whatever came instead. */
export interface Refusal {
  status: number;
  scimType?: string;
  detail: string;
}

export function refusalOf(answer: HttpAnswer): Refusal {
  const body = parsed(answer.text);
  return {
    status: answer.status,
    ...(typeof body.scimType === 'string' ? { scimType: body.scimType } : {}),
    detail: String(body.detail ?? body.message ?? '') || `HTTP status ${answer.status}`,
  };
}

/** What a refusal means for delivery. */
export class ScimRefusal extends ConnectorError {
  constructor(
    readonly refusal: Refusal,
    asked: Asked,
  ) {
    const kind = kindOf(refusal, asked);
    super({
      kind,
      detail: `the application refused ${asked.method} ${asked.path}: ${refusal.detail}`,
      diagnostic: `${refusal.status} ${refusal.scimType ?? ''}`.trim(),
      outcomeKnown: kind !== 'unknown' && !faulty(refusal.status),
      ...typeFor(kind, refusal),
      ...(kind === 'misconfigured' ? { recommendedAction: remedy(refusal.status) } : {}),
    });
  }
}

/** 500 and its like tell nothing about what was done: delivery repeats some times, then parks. */
function faulty(status: number): boolean {
  return status >= 500 && status !== 501 && status !== 503;
}

/** RFC 7644 §3.12, table 8. */
function kindOf({ status, scimType }: Refusal, { method, resource }: Asked): ConnectorErrorKind {
  if (status === 401) return 'misconfigured';
  // Refusing one object is about that object; refusing to be read or to create is about our rights.
  if (status === 403) return method === 'GET' || method === 'POST' ? 'misconfigured' : 'rejected';
  if (status === 404) return resource ? 'missing' : 'misconfigured';
  if (status === 409 || scimType === 'uniqueness') return 'conflict';
  if (status === 405 || status === 501 || (status >= 300 && status < 400)) return 'misconfigured';
  if (status === 429 || status === 503) return 'unavailable';
  if (status === 502 || status === 504) return method === 'GET' ? 'unavailable' : 'unknown';
  return 'rejected';
}

function typeFor(kind: ConnectorErrorKind, { scimType }: Refusal) {
  if (kind === 'conflict') return { scimType: 'uniqueness' as const };
  if (kind !== 'rejected') return {};
  return scimType === 'mutability'
    ? { scimType: 'mutability' as const }
    : { scimType: 'invalidValue' as const };
}

function remedy(status: number): string {
  if (status === 401) return 'Check settings.bearer or settings.oauth.';
  if (status === 403) return 'Give the token the right to read and write users and groups.';
  return 'Check settings.baseUrl and settings.profile.';
}

function parsed(text: string): Record<string, unknown> {
  try {
    const body = JSON.parse(text) as unknown;
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
