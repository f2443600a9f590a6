// The cache's folders, laid out as Python's huggingface_hub does, so that both find each other's files:
//
//     models--owner--name/refs/main                     the commit that a revision meant last
//     models--owner--name/blobs/<etag>                  bytes, by their checksum; <etag>.incomplete while they arrive
//     models--owner--name/snapshots/<commit>/<path>     links to blobs
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isCommit, type Target } from '../repo.ts';

/** The folder of one repository in the cache. */
export class RepoCache {
  readonly folder: string;

  constructor(cacheDir: string, { repo, type }: Target) {
    this.folder = join(cacheDir, `${type}s--${repo.replace('/', '--')}`);
  }

  snapshot(commit: string): string {
    return join(this.folder, 'snapshots', commit);
  }

  /** Where a file of a commit is, or will be. */
  pointer(commit: string, path: string): string {
    return join(this.snapshot(commit), ...path.split('/'));
  }

  blob(etag: string): string {
    return join(this.folder, 'blobs', etag);
  }

  /** The commit that a revision meant when the hub was last asked. */
  async commit(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) return revision;
    const text = await readFile(this.#ref(revision), 'utf8').catch(absent);
    const commit = text?.trim();
    return commit && isCommit(commit) ? commit : undefined;
  }

  async setCommit(revision: string, commit: string): Promise<void> {
    if (isCommit(revision) || (await this.commit(revision)) === commit) return;
    const ref = this.#ref(revision);
    await mkdir(dirname(ref), { recursive: true });
    const fresh = `${ref}.${randomUUID()}.tmp`;
    await writeFile(fresh, commit);
    await rename(fresh, ref);
  }

  /** Has a file of a commit point to a blob; where the system has no links for us (Windows), it is a copy. */
  async link(pointer: string, etag: string): Promise<void> {
    await mkdir(dirname(pointer), { recursive: true });
    const blob = this.blob(etag);
    await rm(pointer, { force: true });
    try {
      await symlink(relative(dirname(pointer), blob), pointer);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Somebody else was as fast, with the same link.
      if (code === 'EEXIST') return;
      if (code !== 'EPERM' && code !== 'ENOSYS') throw error;
      await copyFile(blob, pointer);
    }
  }

  #ref(revision: string): string {
    return join(this.folder, 'refs', ...revision.split('/'));
  }
}

/** Bytes of a file, links followed; undefined when there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(absent))?.size;
}

/** Writes what is in the system's buffers to the disk. */
export async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
