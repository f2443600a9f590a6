// Folders as one file, which is what a page can save, and back: dropped archives stand for the files in them.
import { unzipSync, zipSync } from 'fflate';
import type { Files } from '../shared/calls.ts';
import { byName, isOfUse } from '../shared/folder.ts';

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
  const paths = [...files].flatMap(([path, bytes]) =>
    path.toLowerCase().endsWith('.zip') ? Object.entries(unzipped(path, bytes)) : [[path, bytes] as const],
  );
  return byName(paths);
}

function unzipped(path: string, bytes: Uint8Array): Record<string, Uint8Array> {
  let total = 0;
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!isOfUse(name)) return false;
        total += originalSize;
        if (total > LARGEST) throw new Error('it holds more than 2 GB');
        return true;
      },
    });
  } catch (error) {
    throw new Error(`${path}: the archive cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
