/** How bodies of a client may deviate; each switch is named and sourced in `scim/clients`. */
export interface ValidationDialect {
  /** Unknown attributes and schema URNs are dropped instead of refused. */
  readonly ignoreUnknown: boolean;
  /** `roles: [{ "value": "{\"id\":…,\"value\":…}" }]` is read as the JSON in it. */
  readonly jsonTextInRoles: boolean;
}
