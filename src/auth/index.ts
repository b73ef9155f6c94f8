/**
 * Who may call: bearer tokens with scopes, and what becomes of everybody else.
 * Owns: the guard in front of every route, failed sign-ins, rotation of tokens. Leaves to `config`: what auth.yaml says.
 * Read next: bearer.guard.ts, then tokens.ts.
 */
export { AuthModule, type AuthOptions } from './auth.module.js';
export { guardBodies } from './guard-bodies.js';
export { Open, Scopes, type Scope } from './scopes.js';
export { hashToken } from './tokens.js';
