import type { AttributeDefinition, ResourceTypeDocument, SchemaDocument } from '../../../schema/types.js';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}' +
  'table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d0d7de;vertical-align:top}' +
  'code{background:#f2f4f7;padding:.1rem .3rem;border-radius:3px}h2{margin-top:2.5rem}';

/** Allows this page its inline style and nothing else, whatever a schema file may contain. */
export const DOCUMENTATION_CSP =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The schemas in force as one page for people, without script and without anything from elsewhere. */
export function documentationPage(
  resourceTypes: readonly ResourceTypeDocument[],
  schemas: readonly SchemaDocument[],
  baseUrl: string,
): string {
  const byId = new Map(schemas.map((schema) => [schema.id, schema]));
  const sections = resourceTypes.map((type) => resourceSection(type, byId, baseUrl)).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Landfall SCIM 2.0</title><style>${STYLE}</style></head><body>
<h1>Landfall SCIM 2.0</h1>
<p>Base URL <code>${escaped(baseUrl)}</code>. The same as OpenAPI 3.1: <a href="${escaped(baseUrl)}/openapi.json">openapi.json</a>.</p>
${sections}</body></html>`;
}

function resourceSection(
  type: ResourceTypeDocument,
  byId: ReadonlyMap<string, SchemaDocument>,
  baseUrl: string,
): string {
  const extensions = type.schemaExtensions.map(({ schema, required }) => ({
    schema: byId.get(schema),
    required,
  }));
  const tables = [{ schema: byId.get(type.schema), required: true }, ...extensions]
    .map(({ schema, required }) => (schema === undefined ? '' : schemaTable(schema, required)))
    .join('');
  return `<h2>${escaped(type.name)}</h2><p>${escaped(type.description)}</p><p><code>${escaped(baseUrl + type.endpoint)}</code></p>${tables}`;
}

function schemaTable(schema: SchemaDocument, required: boolean): string {
  const rows = schema.attributes.flatMap((attribute) => rowsOf(attribute, '')).join('');
  return `<h3><code>${escaped(schema.id)}</code>${required ? '' : ' (optional)'}</h3><table><thead><tr><th>Attribute</th><th>Type</th><th>Characteristics</th><th>Description</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function rowsOf(attribute: AttributeDefinition, prefix: string): string[] {
  const name = prefix + attribute.name;
  const type = attribute.type + (attribute.multiValued ? '[]' : '');
  const row = `<tr><td><code>${escaped(name)}</code></td><td>${type}</td><td>${escaped(characteristics(attribute))}</td><td>${escaped(attribute.description)}</td></tr>`;
  return [row, ...(attribute.subAttributes ?? []).flatMap((sub) => rowsOf(sub, `${name}.`))];
}

function characteristics(attribute: AttributeDefinition): string {
  return [
    attribute.required ? 'required' : '',
    attribute.mutability === 'readWrite' ? '' : attribute.mutability,
    attribute.returned === 'default' ? '' : `returned: ${attribute.returned}`,
    attribute.uniqueness === 'none' ? '' : `unique: ${attribute.uniqueness}`,
    attribute.caseExact ? 'caseExact' : '',
    attribute.canonicalValues === undefined ? '' : `values: ${attribute.canonicalValues.join(', ')}`,
  ]
    .filter((item) => item !== '')
    .join('; ');
}
