import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectorRegistry, packagesOf } from './registry.js';

const kindText = (more: string) => `
  class Settings {}
  const nothing = () => undefined;
  export default { kind: 'badges', Settings, defaultMapping: {}, nameSpace: nothing, fold: nothing, create: nothing, ${more} };`;

describe('the connector registry', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'landfall-registry-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const module = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return `npm:./${name}`;
  };

  it('knows the built-in kinds', () => {
    expect(new ConnectorRegistry().names).toEqual(['active-directory', 'scim', 'ldif', 'sql', 'memory']);
  });

  it('names what it knows when a kind is unknown', () => {
    expect(() => new ConnectorRegistry().get('active directory')).toThrow(
      /no such kind .* active-directory, scim/,
    );
  });

  it('finds a connector of a module by its word and by its name', async () => {
    const named = module('badges.mjs', kindText(''));
    const registry = await ConnectorRegistry.load([named, named], folder);
    expect(registry.get('badges')).toBe(registry.get(named));
    expect(registry.kinds).toHaveLength(6);
  });

  it.each([
    [
      'says everything that is wrong with an export',
      kindText('fold: 1, create: undefined'),
      /fold is not a function, create is missing/,
    ],
    ['refuses a module without a connector', 'export const other = 1;', /exports no connector/],
    [
      'refuses a second connector with the same word',
      kindText("kind: 'scim'"),
      /two connectors have this kind/,
    ],
    ['tells why a module cannot be loaded', 'throw new Error("no licence");', /cannot be loaded: no licence/],
  ])('%s', async (title, text, expected) => {
    const named = module(`${title.replace(/\W+/g, '-')}.mjs`, text);
    const registry = await ConnectorRegistry.load([named], folder);
    expect(() => registry.get(named)).toThrow(expected);
  });

  it('says how to install a package that is missing', async () => {
    const named = 'npm:landfall-connector-nowhere';
    const registry = await ConnectorRegistry.load([named], folder);
    expect(registry.failure(named)?.detail).toMatch(/npm install landfall-connector-nowhere/);
  });

  describe('of a package that is there', () => {
    const packaged = (name: string, scripts: object, exports = './dist/index.js') => {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, 'package.json'), JSON.stringify({ type: 'module', exports, scripts }));
      return join(folder, name);
    };
    const detailOf = async (named: string) =>
      (await ConnectorRegistry.load([named], folder)).failure(named)?.detail;

    it('names the build command when its compiled module is missing', async () => {
      const root = packaged('unbuilt', { build: 'tsc' });
      const detail = await detailOf('npm:./unbuilt/dist/index.js');
      expect(detail).toContain(`It is not built; run: npm run build --prefix ${root}`);
    });

    it('names it when the source is named', async () => {
      const root = packaged('source', { build: 'tsc' });
      writeFileSync(join(root, 'index.ts'), 'throw new SyntaxError("unexpected @");');
      const detail = await detailOf('npm:./source/index.ts');
      expect(detail).toContain(`npm run build --prefix ${root}`);
    });

    it('speaks of no build when a path below a package is mistyped', async () => {
      packaged('around', { build: 'tsc' });
      expect(await detailOf('npm:./around/badgez/index.js')).toMatch(/Check the path\.$/);
    });

    it('speaks of no build where the package has none', async () => {
      packaged('plain', {});
      expect(await detailOf('npm:./plain/dist/index.js')).toMatch(/Check the path\.$/);
    });

    it('speaks of no build when a built module fails', async () => {
      const root = packaged('failing', { build: 'tsc' });
      writeFileSync(join(root, 'index.js'), 'throw new Error("no licence");');
      expect(await detailOf('npm:./failing/index.js')).toMatch(/no licence\. Check the path\.$/);
    });
  });

  it('picks the packages out of the kinds of target files', () => {
    expect(packagesOf(['scim', 'npm:a', 'memory'])).toEqual(['npm:a']);
  });
});
