// Makes a folder and those above it, one by one. Node's own recursive mkdir never returns where the system refuses with
// "no such file" inside a folder that exists (/proc), and reports a read-only file system as a missing folder.
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** @throws Error of the system's, with its code: no permission, read-only, or a file in the way */
export async function makeFolder(path: string): Promise<void> {
  const folder = resolve(path);
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (await isFolder(folder)) return;
    // In a folder that is there, "no such file" is the file system's last word.
    if (code !== 'ENOENT' || (await isFolder(dirname(folder)))) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Whatever keeps it from being looked at, it is no folder to write into.
    return false;
  }
}
