/** One thing that is wrong in the configuration: where, what, and how to mend it. */
export interface ConfigProblem {
  /** Relative to the configuration folder. */
  file: string;
  line: number;
  column: number;
  /** `users.mapping[2].expression`; empty for the whole file. */
  key: string;
  detail: string;
}

export function printProblems(folder: string, problems: readonly ConfigProblem[]): string {
  const head = `The configuration in ${folder} has ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:`;
  const lines = problems.map(
    ({ file, line, column, key, detail }) =>
      `  ${file}:${line}:${column}  ${key === '' ? '' : `${key}: `}${detail}`,
  );
  return [head, ...lines].join('\n');
}
