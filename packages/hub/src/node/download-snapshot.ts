// Many files of a repository, all of one commit, as a folder on this machine.
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type Listing, listingOf } from '../list-files.ts';
import { checkTarget, type RepoRef, type Target } from '../repo.ts';
import { RepoCache } from './cache.ts';
import { cached, ensureFile, isUnreachable, notCached } from './download-file.ts';
import { matcher, pick } from './patterns.ts';
import { type HubOptions, type Settings, settingsOf } from './settings.ts';

export interface DownloadSnapshotOptions extends RepoRef, HubOptions {
  /** Which files: paths and patterns (`*.json`, `data/**`, where `*` ends at a slash). Default: all. */
  readonly files?: readonly string[];
}

/** Downloads at a time. */
const AT_ONCE = 4;

/**
 * The folder of a snapshot in the cache, which has the files that were asked for, and those of earlier calls.
 *
 * @throws HubError as `downloadFile`, and when no file matches
 */
export async function downloadSnapshot(options: DownloadSnapshotOptions): Promise<string> {
  const { folder } = await snapshot(options);
  return folder;
}

/** {@link downloadSnapshot}, and the paths of the files in the folder that match, sorted. */
export async function snapshot(
  options: DownloadSnapshotOptions,
): Promise<{ readonly folder: string; readonly commit: string; readonly files: readonly string[] }> {
  const target = checkTarget(options);
  const settings = settingsOf(options);
  const cache = new RepoCache(settings.cacheDir, target);
  const matches = matcher(options.files);
  let listing: Listing;
  try {
    if (settings.offline) return await fromCache(cache, target, matches, settings);
    listing = await listingOf(target, settings.net);
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    const found = await fromCache(cache, target, matches, settings).catch(() => undefined);
    if (!found) throw error;
    settings.onNotice(`${(error as Error).message}. The files in the cache are used: ${found.folder}`);
    return found;
  }
  const { commit } = listing;
  const { files: wanted } = pick(listing, options.files, target);
  await cache.setCommit(target.revision, commit);
  const queue = [...wanted];
  const work = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      await ensureFile(cache, { ...target, path: file.path }, { commit, ...file }, settings);
    }
  };
  await allOrFirstError(Array.from({ length: AT_ONCE }, work), () => queue.splice(0));
  return { folder: cache.snapshot(commit), commit, files: wanted.map(({ path }) => path).sort() };
}

/** Waits for all, so that nothing goes on behind the back of whoever hears of an error. */
async function allOrFirstError(work: readonly Promise<void>[], stop: () => unknown): Promise<void> {
  for (const one of work) one.catch(stop);
  for (const outcome of await Promise.allSettled(work)) if (outcome.status === 'rejected') throw outcome.reason;
}

async function fromCache(
  cache: RepoCache,
  target: Target,
  matches: (path: string) => boolean,
  settings: Settings,
): Promise<{ folder: string; commit: string; files: string[] }> {
  const commit = await cache.commit(target.revision);
  const folder = commit === undefined ? undefined : cache.snapshot(commit);
  const entries = folder ? await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []) : [];
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder!, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(matches)
    .sort();
  const files: string[] = [];
  for (const path of paths) if (await cached(cache, { ...target, path }, settings)) files.push(path);
  if (files.length === 0) throw notCached(target, settings);
  return { folder: folder!, commit: commit!, files };
}
