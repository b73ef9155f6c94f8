import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../src/schema/types.js';

export type Basis = 'rfc' | 'derived' | 'choice' | 'entra';

export interface Refusal {
  status: number;
  scimType?: string;
}

export interface FilterExpectation extends Refusal {
  userNames?: string[];
}

export interface FilterVector {
  id: string;
  section: string;
  filter: string;
  basis: Basis;
  expect: FilterExpectation;
  alternatives?: FilterExpectation[];
}

export interface FilterVectors {
  extensionSchema: JsonObject;
  users: JsonObject[];
  filters: FilterVector[];
}

export interface PatchExpectation {
  after?: JsonObject;
  error?: Refusal;
}

export interface PatchVector extends PatchExpectation {
  id: string;
  section: string;
  name: string;
  basis: Basis;
  before: JsonObject;
  request: JsonObject;
  /** The resource stays as it was, and version and lastModified with it. */
  unchanged?: boolean;
  /** What can be read stays the same; the write itself may count as a change. */
  visibleOnly?: boolean;
  context?: JsonObject[];
  alternatives?: PatchExpectation[];
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));

export const filterVectors = (): FilterVectors => read('filters') as FilterVectors;
export const patchVectors = (): PatchVector[] => (read('patches') as { cases: PatchVector[] }).cases;
