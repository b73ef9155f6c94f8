import { join } from 'node:path';

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

/** The whole report; paths lead there from where the command was run. */
export function printProblems(folder: string, problems: readonly ConfigProblem[]): string {
  const head = `The configuration in ${folder} has ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:`;
  return [head, ...problems.map((problem) => `  ${printProblem(problem, folder)}`)].join('\n');
}

export function printProblem({ file, line, column, key, detail }: ConfigProblem, folder = ''): string {
  return `${join(folder, file)}:${line}:${column}  ${key === '' ? '' : `${key}: `}${detail}`;
}
