import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { ConfigProblem } from './problem.js';

export type Path = readonly (string | number)[];

/** A YAML file whose every key knows its line. */
export class YamlFile {
  readonly problems: ConfigProblem[] = [];
  private readonly lines = new LineCounter();
  private readonly document: Document;

  constructor(
    readonly name: string,
    text: string,
  ) {
    this.document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false, uniqueKeys: true });
    for (const error of this.document.errors) {
      const { line, col } = this.lines.linePos(error.pos[0]);
      this.problems.push({ file: name, line, column: col, key: '', detail: error.message });
    }
  }

  get content(): unknown {
    return this.problems.length > 0 ? {} : (this.document.toJS() ?? {});
  }

  problem(path: Path, detail: string): ConfigProblem {
    return { file: this.name, ...this.position(path), key: printPath(path), detail };
  }

  /** Where a key stands; where it is missing, its nearest parent. */
  private position(path: Path): { line: number; column: number } {
    for (let length = path.length; length >= 0; length--) {
      const offset = this.offsetOf(path.slice(0, length));
      if (offset === undefined) continue;
      const { line, col } = this.lines.linePos(offset);
      return { line, column: col };
    }
    return { line: 1, column: 1 };
  }

  private offsetOf(path: Path): number | undefined {
    const parent = path.length > 1 ? this.document.getIn(path.slice(0, -1), true) : this.document.contents;
    if (path.length > 0 && isMap(parent)) {
      const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
      if (pair && isScalar(pair.key) && pair.key.range) return pair.key.range[0];
    }
    const node = path.length > 0 ? this.document.getIn(path, true) : this.document.contents;
    return isNode(node) && node.range ? node.range[0] : undefined;
  }
}

export function printPath(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
}
