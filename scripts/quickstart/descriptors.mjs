import { closeSync, readFileSync, readdirSync } from 'node:fs';

const closeOnExec = 0o2000000;

/**
 * Closes every descriptor that the caller left open beyond the three standard ones, so that nothing started from here
 * holds it. Node marks its own as close-on-exec; one without the mark came from the caller.
 */
export function closeInherited() {
  let open;
  try {
    open = readdirSync('/proc/self/fdinfo').map(Number);
  } catch {
    return;
  }
  for (const descriptor of open.filter((number) => number > 2)) {
    try {
      const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1];
      if (flags !== undefined && (parseInt(flags, 8) & closeOnExec) === 0) closeSync(descriptor);
    } catch {
      // It was the one that read the folder, and is closed already.
    }
  }
}
