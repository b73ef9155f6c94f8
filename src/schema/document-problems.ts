export interface DocumentProblem {
  file: string;
  /** Where in the document: `attributes[2].type`. */
  path: string;
  problem: string;
}

/** Every problem of every schema document at once. */
export class SchemaProblems extends Error {
  constructor(readonly problems: readonly DocumentProblem[]) {
    super(problems.map(({ file, path, problem }) => `${file}: ${path}: ${problem}`).join('\n'));
    this.name = 'SchemaProblems';
  }
}

/** Collects what is wrong with one document while reading goes on with a stand-in. */
export class DocumentReader {
  constructor(
    readonly file: string,
    readonly problems: DocumentProblem[],
  ) {}

  report(path: string, problem: string): void {
    this.problems.push({ file: this.file, path, problem });
  }

  object(value: unknown, path: string): Record<string, unknown> | undefined {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
    this.report(path, 'must be an object');
    return undefined;
  }

  text(owner: Record<string, unknown>, key: string, path: string, otherwise?: string): string {
    const value = owner[key];
    if (typeof value === 'string' && value !== '') return value;
    if (value === undefined && otherwise !== undefined) return otherwise;
    if (value === '' && otherwise === '') return '';
    this.report(at(path, key), value === undefined ? 'is missing' : 'must be text');
    return otherwise ?? '';
  }

  flag(owner: Record<string, unknown>, key: string, path: string): boolean {
    const value = owner[key];
    if (value === undefined || typeof value === 'boolean') return value ?? false;
    this.report(at(path, key), 'must be true or false');
    return false;
  }

  choice<T extends string>(
    owner: Record<string, unknown>,
    key: string,
    path: string,
    choices: readonly T[],
    otherwise: T,
  ): T {
    const value = owner[key];
    if (value === undefined) return otherwise;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) this.report(at(path, key), `must be one of ${choices.join(', ')}`);
    return found ?? otherwise;
  }

  texts(owner: Record<string, unknown>, key: string, path: string): string[] | undefined {
    const value = owner[key];
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value as string[];
    this.report(at(path, key), 'must be a list of texts');
    return undefined;
  }

  list(owner: Record<string, unknown>, key: string, path: string): unknown[] {
    const value = owner[key];
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.report(at(path, key), 'must be a list');
    return [];
  }

  knownKeys(owner: Record<string, unknown>, path: string, known: readonly string[]): void {
    for (const key of Object.keys(owner)) {
      if (known.includes(key)) continue;
      const meant = known.find((name) => name.toLowerCase() === key.toLowerCase());
      this.report(
        at(path, key),
        meant === undefined ? `is no key here; known are ${known.join(', ')}` : `is written "${meant}"`,
      );
    }
  }
}

const at = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
