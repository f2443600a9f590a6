// Whether a file's bytes are those that its name in the cache, a checksum, says.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { HubError } from '../hub-error.ts';

/** Files that were compared in this process, by path: a file that has changed since is compared again. */
const compared = new Map<string, string>();

/**
 * @param etag SHA-256 in 64 hex digits, or git's SHA-1 of a blob in 40; a mirror's other tags say nothing of the bytes
 * @returns whether the bytes fit; true where the tag cannot tell
 */
export async function fits(path: string, etag: string): Promise<boolean> {
  const { size, mtimeMs } = await stat(path);
  const hash = /^[0-9a-f]{64}$/.test(etag)
    ? createHash('sha256')
    : /^[0-9a-f]{40}$/.test(etag)
      ? createHash('sha1').update(`blob ${size}\0`)
      : undefined;
  if (!hash) return true;
  const state = `${etag} ${size} ${mtimeMs}`;
  if (compared.get(path) === state) return true;
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  if (hash.digest('hex') !== etag) return false;
  compared.set(path, state);
  return true;
}

/**
 * Compares a file of the cache.
 *
 * @param what the file in words
 * @throws HubError when its bytes are not those that were downloaded; the blob is then kept aside, as `<blob>.corrupt`
 */
export async function checkCached(blob: string, etag: string, what: string): Promise<void> {
  if (await fits(blob, etag)) return;
  const aside = `${blob}.corrupt`;
  await rename(blob, aside);
  throw new HubError(
    'checksum',
    `${what}: its copy in the cache has a wrong checksum (want ${etag}); it was moved to ${aside}, and the next try ` +
      'downloads it again',
  );
}
