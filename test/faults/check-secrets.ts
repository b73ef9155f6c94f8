import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Evidence } from './checker.js';
import type { Landscape } from './landscape.js';
import { dumpStore } from './store-snapshot.js';
import { goodPassword, weakPassword } from './user-changes.js';

/** No password that a client sent is readable anywhere: in rows, files of the store, configuration, or what was printed. */
export async function checkSecrets({ history }: Evidence, landscape: Landscape): Promise<void> {
  const look = (where: string, bytes: Buffer) => {
    for (const [form, needle] of needles)
      if (bytes.includes(needle)) history.differs('password left', where, `readable as ${form}`);
  };
  look('rows of the store', Buffer.from(await dumpStore(landscape)));
  look('output of the gateways', Buffer.from(landscape.printed()));
  const folders = [landscape.gateway.folder, (landscape.disk ?? landscape.database)!.folder];
  for (const file of folders.flatMap(filesIn)) look(file, readFileSync(file));
}

/** What all passwords of the campaign begin with, in each form that a program might write them in. */
const needles = [goodPassword, weakPassword].flatMap((prefix): [string, Buffer][] => [
  ['plain text', Buffer.from(prefix)],
  ['UTF-16', Buffer.from(prefix, 'utf16le')],
  ...[0, 1, 2].map((shift): [string, Buffer] => {
    const text = Buffer.from(`${' '.repeat(shift)}${prefix}`).toString('base64');
    return ['Base64', Buffer.from(text.slice(shift === 0 ? 0 : 4, -4))];
  }),
]);

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return [];
    return found.isDirectory() ? filesIn(path) : found.isFile() ? [path] : [];
  });
}
