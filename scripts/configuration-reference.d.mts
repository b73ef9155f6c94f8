/** The text of docs/configuration.md. */
export function reference(): string;
