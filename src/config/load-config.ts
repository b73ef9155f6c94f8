import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ConnectorKind } from '../connectors/kind.js';
import { secretsOf } from '../connectors/setting.js';
import { checkClass } from './check-class.js';
import { checkTogether } from './check-together.js';
import {
  AuthFile,
  DeliveryFile,
  ScimFile,
  ServerFile,
  StoreFile,
  TargetFile,
  type ObjectBlock,
} from './files.js';
import { nearest } from './nearest.js';
import type { ConfigProblem } from './problem.js';
import { resolveSecret } from './secrets.js';
import { YamlFile, type Path } from './yaml-file.js';

/** A target file, checked; its settings are an instance of the kind's class with secrets resolved. */
export interface LoadedTarget {
  name: string;
  file: TargetFile;
  kind: ConnectorKind;
  settings: object;
  /** By resource type: `users` is User, `groups` is Group. */
  objects: Record<string, ObjectBlock>;
  /** Changes with everything in the file that changes what is delivered. */
  revision: string;
}

export interface LandfallConfig {
  folder: string;
  server: ServerFile;
  auth: AuthFile;
  store: StoreFile;
  scim: ScimFile;
  delivery: DeliveryFile;
  targets: LoadedTarget[];
  schemas: { file: string; content: unknown }[];
}

export interface LoadOptions {
  kinds: readonly ConnectorKind[];
  /** Checks the mapping of a target's block; problems carry the path within the block. */
  checkMapping?(
    target: TargetFile,
    kind: ConnectorKind,
    type: string,
    block: ObjectBlock,
  ): { path: string; detail: string }[];
  env?: NodeJS.ProcessEnv;
  /** Secrets are not looked up: for checking a configuration away from its machine. */
  withoutSecrets?: boolean;
}

/** Reads a configuration folder. Everything that is wrong in it is in `problems`, all at once. */
export function loadConfig(
  folder: string,
  options: LoadOptions,
): { config: LandfallConfig; problems: ConfigProblem[] } {
  const reading = new Reading(resolve(folder), options);
  return { config: reading.config(), problems: reading.problems };
}

class Reading {
  readonly problems: ConfigProblem[] = [];

  constructor(
    private readonly folder: string,
    private readonly options: LoadOptions,
  ) {
    if (!existsSync(folder)) {
      this.problems.push({
        file: '.',
        line: 1,
        column: 1,
        key: '',
        detail: 'the folder does not exist; name another with --config or LANDFALL_CONFIG',
      });
    }
  }

  config(): LandfallConfig {
    const server = this.file('server.yaml', ServerFile);
    const port = (this.options.env ?? process.env).PORT;
    if (port !== undefined && port !== '') server.port = this.port(port);
    const config: LandfallConfig = {
      folder: this.folder,
      server,
      auth: this.file('auth.yaml', AuthFile),
      store: this.file('store.yaml', StoreFile),
      scim: this.file('scim.yaml', ScimFile),
      delivery: this.file('delivery.yaml', DeliveryFile),
      targets: this.targets(),
      schemas: this.schemas(),
    };
    this.problems.push(...checkTogether(config, this.options.withoutSecrets === true));
    return config;
  }

  private port(text: string): number {
    const port = Number(text);
    if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
    this.problems.push({
      file: 'server.yaml',
      line: 1,
      column: 1,
      key: 'port',
      detail: `the environment variable PORT is "${text}", which is no port`,
    });
    return 8080;
  }

  private file<T extends object>(name: string, type: new () => T): T {
    const path = join(this.folder, name);
    if (!existsSync(path)) return new type();
    const file = this.parse(name, path);
    const instance = checkClass(type, file.content, file, [], this.problems);
    this.resolveSecrets(instance, file, []);
    return instance;
  }

  private parse(name: string, path: string): YamlFile {
    const file = new YamlFile(name, readFileSync(path, 'utf8'));
    this.problems.push(...file.problems);
    return file;
  }

  /** Replaces references by values, through nested blocks. */
  private resolveSecrets(instance: object, file: YamlFile, at: Path): void {
    const secrets = secretsOf(instance);
    for (const [name, value] of Object.entries(instance)) {
      const path = [...at, name];
      if (secrets.includes(name)) {
        if (value !== undefined) this.resolveOne(instance, name, value, file, path);
      } else if (Array.isArray(value)) {
        value.forEach((item, index) => {
          if (isInstance(item)) this.resolveSecrets(item, file, [...path, index]);
        });
      } else if (isInstance(value)) this.resolveSecrets(value, file, path);
    }
  }

  private resolveOne(instance: object, name: string, value: unknown, file: YamlFile, path: Path): void {
    if (this.options.withoutSecrets && /^(env|file):/.test(String(value))) return;
    const resolved = resolveSecret(value, this.folder, this.options.env ?? process.env);
    if ('problem' in resolved) this.problems.push(file.problem(path, resolved.problem));
    else Reflect.set(instance, name, resolved.value);
  }

  private targets(): LoadedTarget[] {
    const folder = join(this.folder, 'targets');
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .flatMap((name) => this.target(join('targets', name), join(folder, name)) ?? []);
  }

  private target(name: string, path: string): LoadedTarget | undefined {
    const text = readFileSync(path, 'utf8');
    const file = this.parse(name, path);
    const target = checkClass(TargetFile, file.content, file, [], this.problems);
    const kind = this.options.kinds.find((one) => one.kind === target.kind);
    if (!kind) {
      const names = this.options.kinds.map((one) => one.kind);
      const meant = nearest(String(target.kind), names);
      this.problems.push(
        file.problem(
          ['kind'],
          meant
            ? `no connector of this kind; did you mean "${meant}"?`
            : `no connector of this kind. Kinds: ${names.join(', ')}`,
        ),
      );
      return undefined;
    }
    if (!target.enabled) return undefined;
    const settings = checkClass(kind.Settings, target.settings, file, ['settings'], this.problems);
    this.resolveSecrets(settings, file, ['settings']);
    const objects = objectsOf(target, kind);
    this.checkMappings(file, target, kind, objects);
    const revision = createHash('sha256').update(text).digest('base64url').slice(0, 16);
    return { name: basename(name).replace(/\.ya?ml$/, ''), file: target, kind, settings, objects, revision };
  }

  private checkMappings(
    file: YamlFile,
    target: TargetFile,
    kind: ConnectorKind,
    objects: Record<string, ObjectBlock>,
  ): void {
    for (const [type, block] of Object.entries(objects)) {
      const key = keyOf(target, type);
      for (const { path, detail } of this.options.checkMapping?.(target, kind, type, block) ?? []) {
        const steps = path
          .split(/[.[\]]+/)
          .filter((step) => step !== '')
          .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
        this.problems.push(file.problem([...key, ...steps], detail));
      }
    }
  }

  private schemas(): { file: string; content: unknown }[] {
    const folder = join(this.folder, 'schemas');
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
    return names.flatMap((name) => {
      try {
        return [
          {
            file: join('schemas', name),
            content: JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown,
          },
        ];
      } catch (error) {
        this.problems.push({
          file: join('schemas', name),
          line: 1,
          column: 1,
          key: '',
          detail: `is not JSON: ${(error as Error).message}`,
        });
        return [];
      }
    });
  }
}

const isInstance = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && value.constructor !== Object && !Array.isArray(value);

/** A file that names neither users nor groups takes what the kind can do. */
function objectsOf(target: TargetFile, kind: ConnectorKind): Record<string, ObjectBlock> {
  const named: Record<string, ObjectBlock | undefined> = {
    User: target.users,
    Group: target.groups,
    ...target.resources,
  };
  const defaults =
    target.users || target.groups || target.resources
      ? {}
      : Object.fromEntries(Object.keys(kind.defaultMapping).map((type) => [type, {}]));
  return Object.fromEntries(
    Object.entries({ ...defaults, ...named })
      .filter(([type, block]) => block !== undefined || type in defaults)
      .map(([type, block]) => [type, block ?? {}]),
  );
}

function keyOf(target: TargetFile, type: string): string[] {
  if (type === 'User' && target.users) return ['users'];
  if (type === 'Group' && target.groups) return ['groups'];
  return ['resources', type];
}
