/** Copying the whole store while it is written to; implemented by store. */
export abstract class StoreCopy {
  /** False: the database has tools of its own for that. */
  abstract readonly supported: boolean;
  /** Writes a complete and consistent copy that only this account can read; its size in bytes. */
  abstract copyTo(file: string): Promise<number>;
}
