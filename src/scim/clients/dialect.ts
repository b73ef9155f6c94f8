import type { FilterDialect } from '../filter/filter-dialect.js';
import type { PatchDialect } from '../patch/patch-dialect.js';
import { entra } from './entra.js';
import { generic } from './generic.js';
import { okta } from './okta.js';

/** Every known deviation by name; what does not contradict the RFC is no switch, but taken from everyone. */
export interface Dialect extends FilterDialect, PatchDialect {}

export type Client = 'entra' | 'okta' | 'generic';

const dialects: Readonly<Record<Client, Dialect>> = { entra, okta, generic };

/** The dialect of the client that a token is for. */
export const dialectFor = (client: Client): Dialect => dialects[client];
