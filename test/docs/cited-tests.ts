import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A test that a page names: `users.spec.ts "creates nothing"`, or the file alone. */
export interface Citation {
  line: number;
  spec: string;
  title?: string;
}

const roots = ['test', 'src'];

/**
 * The tests that a page names. Quoted words are titles of the spec file named before them in the same table cell or
 * line; quoted words that follow no spec file are prose.
 */
export function citedTests(markdown: string): Citation[] {
  return markdown
    .split('\n')
    .flatMap((text, index) => text.split(' | ').flatMap((cell) => citedIn(cell, index + 1)));
}

function citedIn(cell: string, line: number): Citation[] {
  const [, ...parts] = cell.split(/([\w./-]+\.spec\.ts)/);
  const cited: Citation[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const spec = parts[at]!;
    const titles = [...parts[at + 1]!.matchAll(/"([^"]+)"/g)].map(([, title]) => title!);
    cited.push(...(titles.length ? titles.map((title) => ({ line, spec, title })) : [{ line, spec }]));
  }
  return cited;
}

/**
 * What is wrong with the citations of a page, one line each. A spec is named by as much of the end of its path as
 * tells it apart; a name without a folder is looked for in `folder` first.
 */
export function brokenCitations(page: string, folder?: string): string[] {
  return citedTests(readFileSync(page, 'utf8')).flatMap((citation) => {
    const wrong = fault(citation, folder);
    return wrong ? [`${page}:${citation.line}: ${citation.spec} ${wrong}`] : [];
  });
}

function fault({ spec, title }: Citation, folder?: string): string | undefined {
  const files = specFiles();
  const near = folder === undefined ? undefined : files.find((file) => file === `${folder}/${spec}`);
  const found = near ? [near] : files.filter((file) => `/${file}`.endsWith(`/${spec}`));
  if (found.length === 0) return 'is not there';
  if (found.length > 1) return `could be any of ${found.join(', ')}`;
  return title === undefined || hasTest(found[0]!, title) ? undefined : `has no test "${title}"`;
}

let listed: string[] | undefined;

function specFiles(): string[] {
  listed ??= roots.flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.spec.ts'))
      .map((name) => join(root, name)),
  );
  return listed;
}

const read = new Map<string, RegExp[]>();

function hasTest(file: string, title: string): boolean {
  if (!read.has(file)) read.set(file, titlesOf(readFileSync(file, 'utf8')));
  return read.get(file)!.some((pattern) => pattern.test(title));
}

/** The titles of the tests that run; what a table or a variable fills in stands for any words. */
export function titlesOf(source: string): RegExp[] {
  const titles: RegExp[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTest(node.expression)) titles.push(...titleOf(node.arguments[0]));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('a.spec.ts', source, ts.ScriptTarget.ES2022));
  return titles;
}

/** `it`, `test`, `it.each(…)`, but nothing that is skipped or still to be written. */
function isTest(called: ts.Expression): boolean {
  if (ts.isIdentifier(called)) return called.text === 'it' || called.text === 'test';
  const each = ts.isCallExpression(called)
    ? called.expression
    : ts.isTaggedTemplateExpression(called)
      ? called.tag
      : undefined;
  return (
    each !== undefined &&
    ts.isPropertyAccessExpression(each) &&
    each.name.text === 'each' &&
    isTest(each.expression)
  );
}

function titleOf(argument: ts.Expression | undefined): RegExp[] {
  if (argument === undefined) return [];
  if (ts.isStringLiteralLike(argument)) return [pattern([argument.text])];
  if (!ts.isTemplateExpression(argument)) return [];
  return [pattern([argument.head.text, ...argument.templateSpans.map(({ literal }) => literal.text)])];
}

const placeholder = /%[a-zA-Z#]|\$[\w.#]+/;

const pattern = (fixed: string[]): RegExp =>
  new RegExp(
    `^${fixed
      .flatMap((text) => text.split(placeholder))
      .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.+')}$`,
  );
