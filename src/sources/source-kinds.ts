import { CsvSettings } from './csv/settings.js';

/** Kinds of sources with settings of their own, for editors and the reference. */
export const sourceKinds = [{ kind: 'csv', Settings: CsvSettings }];
