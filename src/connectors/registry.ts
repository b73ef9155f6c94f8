import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { activeDirectory } from './active-directory/index.js';
import type { ConnectorKind } from './kind.js';
import { ldif } from './ldif/index.js';
import { loadRemedy } from './load-remedy.js';
import { memory } from './memory/index.js';
import { scim } from './scim/index.js';
import { sql } from './sql/index.js';

/** Adding a connector to this repository means adding its folder and its name here. */
const builtIn = [activeDirectory, scim, ldif, sql, memory] as readonly unknown[] as readonly ConnectorKind[];

/** How a package is named where a kind is asked for: `kind: npm:landfall-connector-badges`. */
const packagePrefix = 'npm:';

export class ConnectorLoadError extends Error {
  constructor(
    readonly named: string,
    readonly detail: string,
    cause?: unknown,
  ) {
    super(`connector "${named}": ${detail}`, { cause });
    this.name = 'ConnectorLoadError';
  }
}

/** The kinds of targets this gateway can deliver to, by the word after `kind:`. */
export class ConnectorRegistry {
  private readonly byName = new Map<string, ConnectorKind>();
  private readonly failed = new Map<string, ConnectorLoadError>();

  constructor(kinds: readonly ConnectorKind[] = builtIn) {
    for (const kind of kinds) this.add(kind.kind, kind);
  }

  /**
   * Built-in kinds and those of packages. A name is a package (`landfall-connector-x`, also `npm:…`) that is installed
   * beside the gateway, or a path to a module, relative to `folder`. One that cannot be loaded is in `failure`.
   */
  static async load(named: readonly string[], folder: string): Promise<ConnectorRegistry> {
    const registry = new ConnectorRegistry();
    for (const name of new Set(named)) await registry.attempt(name, folder);
    return registry;
  }

  get names(): string[] {
    return [...this.byName.keys()];
  }

  get kinds(): ConnectorKind[] {
    return [...new Set(this.byName.values())];
  }

  /** `kind: npm:NAME` in a target file finds the package's connector without knowing its word. */
  find(kind: string): ConnectorKind | undefined {
    return this.byName.get(kind);
  }

  /** Why the package that `kind:` names could not be loaded. */
  failure(kind: string): ConnectorLoadError | undefined {
    return this.failed.get(kind);
  }

  get(kind: string): ConnectorKind {
    const found = this.find(kind);
    if (found) return found;
    const failure = this.failure(kind);
    if (failure) throw failure;
    throw new ConnectorLoadError(kind, `there is no such kind of target; known are ${this.names.join(', ')}`);
  }

  private async attempt(named: string, folder: string): Promise<void> {
    try {
      await this.load(named, folder);
    } catch (error) {
      if (!(error instanceof ConnectorLoadError)) throw error;
      this.failed.set(named, error);
    }
  }

  private async load(named: string, folder: string): Promise<void> {
    const name = named.startsWith(packagePrefix) ? named.slice(packagePrefix.length) : named;
    const kind = shapeOf(named, await importModule(named, name, folder));
    this.add(kind.kind, kind);
    this.byName.set(`${packagePrefix}${name}`, kind);
  }

  private add(name: string, kind: ConnectorKind): void {
    if (this.byName.has(name))
      throw new ConnectorLoadError(name, 'two connectors have this kind; rename one of them');
    this.byName.set(name, kind);
  }
}

/** Package names of a target file's `kind:`, so that they can be loaded before the file is validated. */
export function packagesOf(kinds: readonly string[]): string[] {
  return kinds.filter((kind) => kind.startsWith(packagePrefix));
}

async function importModule(named: string, name: string, folder: string): Promise<Record<string, unknown>> {
  const path = name.startsWith('.') || isAbsolute(name) ? resolve(folder, name) : undefined;
  try {
    return (await import(path === undefined ? name : pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const detail = `it cannot be loaded: ${reason}. ${loadRemedy(name, path, error)}`;
    throw new ConnectorLoadError(named, detail, error);
  }
}

const parts: Record<
  keyof ConnectorKind,
  { type: 'string' | 'function' | 'object' | 'boolean'; required: boolean }
> = {
  kind: { type: 'string', required: true },
  Settings: { type: 'function', required: true },
  defaultMapping: { type: 'object', required: true },
  nameSpace: { type: 'function', required: true },
  fold: { type: 'function', required: true },
  create: { type: 'function', required: true },
  disables: { type: 'function', required: false },
  takesPasswords: { type: 'function', required: false },
  expandCandidates: { type: 'function', required: false },
  writes: { type: 'function', required: false },
  restores: { type: 'boolean', required: false },
  rights: { type: 'function', required: false },
  holds: { type: 'function', required: false },
};

/** The default export, or the export named `connector`. All that is wrong with it is said at once. */
function shapeOf(named: string, module: Record<string, unknown>): ConnectorKind {
  const offered = module.default ?? module.connector;
  if (typeof offered !== 'object' || offered === null) {
    throw new ConnectorLoadError(
      named,
      'its module exports no connector: the default export is to be a ConnectorKind',
    );
  }
  const given = offered as Record<string, unknown>;
  const problems = Object.entries(parts).flatMap(([part, { type, required }]) => {
    if (given[part] === undefined) return required ? [`${part} is missing`] : [];
    return typeof given[part] === type && given[part] !== null ? [] : [`${part} is not a ${type}`];
  });
  if (problems.length > 0)
    throw new ConnectorLoadError(named, `its export is not a ConnectorKind: ${problems.join(', ')}`);
  return offered as ConnectorKind;
}
