// Folders as one file, which is what a page can save, and back: dropped archives stand for the files in them.
import { unzipSync, zipSync } from 'fflate';
import type { Files } from '../shared/calls.ts';

/** The most that an archive may unpack to: what a tab can hold. */
const LARGEST = 2 ** 31;

export function pack(files: Files): Uint8Array {
  // Weights hardly get smaller; packing them costs more than it saves.
  return zipSync(Object.fromEntries(files), { level: 0 });
}

/**
 * The files themselves, and those of the archives among them, by their names without folders.
 *
 * @throws Error naming the archive that is damaged or too large, or the name that two files have
 */
export function unpack(files: Files): Map<string, Uint8Array> {
  const all = new Map<string, Uint8Array>();
  const add = (path: string, bytes: Uint8Array) => {
    const name = path.split('/').at(-1)!;
    if (name === '') return;
    if (all.has(name)) throw new Error(`there are two files called ${name}; want those of one model`);
    all.set(name, bytes);
  };
  for (const [path, bytes] of files) {
    if (!path.toLowerCase().endsWith('.zip')) add(path, bytes);
    else for (const [inner, content] of Object.entries(unzipped(path, bytes))) add(inner, content);
  }
  return all;
}

function unzipped(path: string, bytes: Uint8Array): Record<string, Uint8Array> {
  let total = 0;
  try {
    return unzipSync(bytes, {
      filter: ({ originalSize }) => {
        total += originalSize;
        if (total > LARGEST) throw new Error('it holds more than 2 GB');
        return true;
      },
    });
  } catch (error) {
    throw new Error(`${path}: the archive cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
