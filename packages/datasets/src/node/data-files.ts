// The files of a data set, wherever they lie: in a folder, or in a tar archive as data sets are handed out.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { list } from 'tar';

export interface DataFiles {
  /** what errors call it: the path that was given */
  readonly path: string;
  /** relative, with `/`, sorted */
  readonly names: readonly string[];
  /** @throws Error when it cannot be read */
  read(name: string): Promise<Uint8Array>;
}

const ARCHIVE = /\.(tar|tar\.gz|tgz)$/i;

/** Whether a path is named as an archive is. */
export function isArchive(path: string): boolean {
  return ARCHIVE.test(path);
}

/**
 * The files below a folder, which are read as they are asked for, or of a .tar, .tar.gz or .tgz archive, which are all held
 * in memory: a large archive is better extracted. Files and folders whose names begin with a dot are left out, and links.
 *
 * @param endings those that files have which are wanted, such as `['.wav']`, in lower case. Default: all files
 * @throws Error naming the path when it is missing, neither, damaged, or has no such file
 */
export async function openDataFiles(path: string, endings?: readonly string[]): Promise<DataFiles> {
  const isWanted = (name: string) => !endings || endings.some((ending) => name.toLowerCase().endsWith(ending));
  const files = await (isArchive(path) ? ofArchive(path, isWanted) : ofFolder(path, isWanted));
  if (files.names.length === 0) {
    throw new Error(`${path}: it has no files${endings ? ` that end in ${endings.join(', ')}` : ''}`);
  }
  return files;
}

async function ofFolder(path: string, isWanted: (name: string) => boolean): Promise<DataFiles> {
  const names: string[] = [];
  async function walk(folder: string, prefix: string): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const name = prefix + entry.name;
      // What a link leads to counts, as people link large data sets; a link to a folder above would never end.
      const is = entry.isSymbolicLink() ? await stat(join(folder, entry.name)) : entry;
      if (is.isDirectory() && !entry.isSymbolicLink()) await walk(join(folder, entry.name), `${name}/`);
      else if (is.isFile() && isWanted(name)) names.push(name);
    }
  }
  try {
    if (!(await stat(path)).isDirectory()) {
      throw new Error(`${path}: it is a file; want a folder or an archive (.tar, .tar.gz, .tgz)`);
    }
    await walk(path, '');
  } catch (error) {
    throw explain(path, error);
  }
  names.sort();
  return { path, names, read: (name) => readFile(join(path, name)) };
}

async function ofArchive(path: string, isWanted: (name: string) => boolean): Promise<DataFiles> {
  const contents = new Map<string, Uint8Array>();
  const reading: Promise<void>[] = [];
  try {
    if ((await stat(path)).isDirectory()) throw new Error(`${path}: it is a folder; want an archive`);
    await list({
      file: path,
      strict: true,
      onReadEntry(entry) {
        const name = entry.path.replace(/^\.\//, '');
        const isHidden = name.split('/').some((part) => part.startsWith('.'));
        if (entry.type !== 'File' || isHidden || !isWanted(name)) return;
        const whole = entry.concat().then((bytes) => void contents.set(name, bytes));
        // A file that the archive breaks off in may end in an error of its own, or never; it is the archive's that counts.
        whole.catch(() => {});
        reading.push(whole);
      },
    });
    await Promise.all(reading);
  } catch (error) {
    throw explain(path, error);
  }
  return {
    path,
    names: [...contents.keys()].sort(),
    read(name) {
      const bytes = contents.get(name);
      return bytes ? Promise.resolve(bytes) : Promise.reject(new Error(`${path}: there is no ${name} in it`));
    },
  };
}

/** @returns the same in words that name the path */
export function explain(path: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (message.startsWith(`${path}: `)) return error as Error;
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file or folder',
    ENOTDIR: 'a part of this path is a file, not a folder',
    EACCES: 'no permission to read it',
    EPERM: 'no permission to read it',
  };
  const archive = isArchive(path) ? 'it is a damaged archive, or none: ' : '';
  return new Error(`${path}: ${(code && known[code]) ?? `${archive}${message}`}`, { cause: error });
}
