import { SetMetadata } from '@nestjs/common';

export const SCOPES = 'landfall:scopes';
export const OPEN = 'landfall:open';

export type Scope = 'scim' | 'inbound' | 'operations' | 'metrics' | 'events';

/** What a token must be good for; without it `scim`. */
export const Scopes = (...scopes: Scope[]) => SetMetadata(SCOPES, scopes);

/** No token is asked for. */
export const Open = () => SetMetadata(OPEN, true);
