/** What reading and describing the configuration takes, together: loaded by the verbs that do it, and by no other. */
export { editorSchemas } from '../config/editor-schema.js';
export { ConnectorRegistry } from '../connectors/registry.js';
export { readConfig } from '../read-config.js';
export { sourceKinds } from '../sources/source-kinds.js';
