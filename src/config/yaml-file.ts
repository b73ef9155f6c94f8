import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Scalar,
} from 'yaml';
import type { ConfigProblem } from './problem.js';

export type Path = readonly (string | number)[];

/** A place within a text that a setting holds, counted from 1. */
export interface TextPosition {
  line: number;
  column: number;
}

/** A YAML file whose every key knows its line. */
export class YamlFile {
  readonly problems: ConfigProblem[] = [];
  /** What the file says; empty when it is no YAML. */
  readonly content: unknown;
  /** False: nothing can be said about single settings. */
  readonly readable: boolean;
  private readonly lines = new LineCounter();
  private readonly document: Document;

  constructor(
    readonly name: string,
    private readonly text: string,
  ) {
    this.document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false, uniqueKeys: false });
    for (const error of this.document.errors) this.fault(error.pos[0], '', error.message);
    const content = this.problems.length > 0 ? undefined : this.read();
    this.readable = this.problems.length === 0;
    this.content = content ?? {};
    if (this.readable) this.reportRepeatedKeys();
  }

  problem(path: Path, detail: string): ConfigProblem {
    return { file: this.name, ...this.position(path), key: printPath(path), detail };
  }

  /** A problem at a character of the text that a setting holds; where the file writes it differently, of the setting. */
  problemWithin(path: Path, { line, column }: TextPosition, detail: string): ConfigProblem {
    const node = path.length > 0 ? this.document.getIn(path, true) : undefined;
    const offset = isScalar(node) && line === 1 ? this.verbatim(node) : undefined;
    if (offset === undefined)
      return this.problem(path, `${detail} (line ${line}, column ${column} of the text)`);
    const at = this.lines.linePos(offset + column - 1);
    return { file: this.name, line: at.line, column: at.col, key: printPath(path), detail };
  }

  private read(): unknown {
    try {
      return this.document.toJS({ maxAliasCount: 100 }) as unknown;
    } catch (error) {
      this.fault(0, '', (error as Error).message);
      return undefined;
    }
  }

  private reportRepeatedKeys(): void {
    visit(this.document, {
      Map: (_key, map, ancestors) => {
        const first = new Map<string, number>();
        for (const { key } of map.items) {
          if (!isScalar(key) || !key.range) continue;
          const name = String(key.value);
          const line = this.lines.linePos(key.range[0]).line;
          const before = first.get(name);
          if (before === undefined) first.set(name, line);
          else
            this.fault(
              key.range[0],
              printPath([...pathOf(ancestors, map), name]),
              `stands here again; it was given in line ${before} already`,
            );
        }
      },
    });
  }

  private fault(offset: number, key: string, detail: string): void {
    const { line, col } = this.lines.linePos(offset);
    this.problems.push({ file: this.name, line, column: col, key, detail });
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
    return isNode(node) && !isAlias(node) && node.range ? node.range[0] : undefined;
  }

  /** Where a value stands in the file exactly as it reads; undefined for folded and escaped ones. */
  private verbatim(node: Scalar): number | undefined {
    if (typeof node.value !== 'string' || !node.range) return undefined;
    const at = this.text.slice(node.range[0], node.range[1]).indexOf(node.value);
    return at < 0 ? undefined : node.range[0] + at;
  }
}

/** The keys and numbers that lead to a node, from what `visit` passed on the way. */
function pathOf(ancestors: readonly unknown[], node: Node): (string | number)[] {
  const steps: (string | number)[] = [];
  [...ancestors, node].forEach((ancestor, index, all) => {
    const child = all[index + 1];
    if (isPair(ancestor)) steps.push(String((ancestor.key as Scalar).value));
    else if (isList(ancestor)) steps.push(ancestor.items.indexOf(child));
  });
  return steps;
}

const isPair = (value: unknown): value is { key: unknown } =>
  typeof value === 'object' && value !== null && 'key' in value && 'value' in value;
const isList = (value: unknown): value is { items: unknown[] } =>
  typeof value === 'object' && value !== null && 'items' in value && !isMap(value);

export function printPath(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
}
