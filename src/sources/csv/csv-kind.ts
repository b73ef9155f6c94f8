import type { SchemaRegistry } from '../../schema/schema-registry.js';
import { compileFeed } from './compile-feed.js';
import { CsvSettings } from './settings.js';

/** What the configuration has to know of sources with `kind: csv`. */
export function csvKind(registry: SchemaRegistry) {
  return {
    kind: 'csv',
    Settings: CsvSettings,
    check: (settings: object) => compileFeed(settings as CsvSettings, registry).faults,
  };
}
