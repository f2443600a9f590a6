// What a file of the cache is called by: the checksum that the hub gave it, without asking the hub.
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fits } from './checksum.ts';

/**
 * The `etag` that the hub gave a file of a snapshot. Where the cache has no links but copies (Windows), it is found by the
 * file's bytes.
 *
 * @param folder of the snapshot, as `downloadSnapshot` returns it
 * @throws Error when there is no such file, or it is none that the cache was given
 */
export async function etagInCache(folder: string, path: string): Promise<string> {
  const blobs = await realpath(join(folder, '..', '..', 'blobs'));
  const file = await realpath(join(folder, ...path.split('/')));
  if (dirname(file) === blobs) return basename(file);
  const { size } = await stat(file);
  for (const name of await readdir(blobs)) {
    const isChecksum = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(name);
    if (isChecksum && (await stat(join(blobs, name))).size === size && (await fits(file, name))) return name;
  }
  throw new Error(`${file}: it is none of the files that the cache was given; remove it, and it is downloaded again`);
}
