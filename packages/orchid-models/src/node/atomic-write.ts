// Replaces a file whole or not at all: a crash or a full disk leaves the old one as it was.
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** One file to be replaced. */
export interface FileContent {
  path: string;
  /** or what makes it, when its turn comes: contents made one after another are not in memory together */
  content: Uint8Array | string | (() => Promise<Uint8Array | string>);
}

/** The calls that reach the disk; tests pass ones that fail. */
export interface Disk {
  open: typeof open;
  rename: typeof rename;
}

let counter = 0;

/**
 * Writes files so that none of them is touched before all of them are safely on disk: each goes to a temporary file in
 * its own folder and is flushed, then all are renamed into place, in the order given.
 *
 * @throws Error naming the path, with the system's error as cause; no temporary file is left behind
 */
export async function writeFilesAtomically(
  files: readonly FileContent[],
  disk: Disk = { open, rename },
): Promise<void> {
  const temporary: string[] = [];
  let path = '';
  try {
    for (const file of files) {
      path = file.path;
      const target = join(dirname(path), `.${basename(path)}.${process.pid}.${counter++}.tmp`);
      const handle = await disk.open(target, 'wx');
      temporary.push(target);
      try {
        const { content } = file;
        await handle.writeFile(typeof content === 'function' ? await content() : content);
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
    for (const file of files) {
      path = file.path;
      await disk.rename(temporary[0]!, path);
      temporary.shift();
    }
  } catch (error) {
    const leftovers = await Promise.allSettled(temporary.map((name) => unlink(name)));
    const kept = leftovers.some(({ status }) => status === 'rejected') ? ` (and left ${temporary.join(', ')})` : '';
    throw new Error(`cannot write ${path}${kept}: ${(error as Error).message}`, { cause: error });
  }
}
