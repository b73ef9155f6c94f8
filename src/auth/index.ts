export { AuthModule } from './auth.module.js';
export { Open, Scopes, type Scope } from './scopes.js';
export { hashToken } from './tokens.js';
