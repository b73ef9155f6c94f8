/** `1` failed, `2` usage or configuration, `3` changes are pending. */
export type ExitCode = 1 | 2 | 3;

/** Ends the command with a sentence for a person. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly code: ExitCode = 1,
    /** Said in full on standard error, without the name of the command in front. */
    readonly report = false,
  ) {
    super(message);
    this.name = 'CliError';
  }
}
