import type { AttributeDefinition, Json, JsonObject } from '../types.js';

const MAX_LENGTH = 4096;

/** Entra's AppRoleAssignmentsComplex writes the role as JSON text into `value` (entra.md A.6). */
export function roleFromJsonText(attribute: AttributeDefinition, role: JsonObject): JsonObject {
  const text = role['value'];
  if (attribute.name !== 'roles' || typeof text !== 'string' || !text.startsWith('{')) return role;
  if (text.length > MAX_LENGTH) return role;
  const parsed = parse(text);
  const value = parsed?.['value'] ?? parsed?.['displayName'] ?? parsed?.['id'];
  if (parsed === undefined || typeof value !== 'string' || value === '') return role;
  const display = parsed['displayName'];
  return { ...role, value, ...(typeof display === 'string' && display !== '' ? { display } : {}) };
}

function parse(text: string): JsonObject | undefined {
  try {
    const parsed = JSON.parse(text) as Json;
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
