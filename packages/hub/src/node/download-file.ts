// One file of the hub as a path on this machine: out of the cache, or into it first.
import { realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type FileInfo, type FileRef, infoOf } from '../file-info.ts';
import { HubError } from '../hub-error.ts';
import { checkTarget, describeTarget, isCommit, type Target } from '../repo.ts';
import { RepoCache, sizeOf } from './cache.ts';
import { checkCached, fits } from './checksum.ts';
import { fetchPart } from './fetch-part.ts';
import { withLock } from './lock.ts';
import { type HubOptions, type Settings, settingsOf } from './settings.ts';

export interface DownloadFileOptions extends FileRef, HubOptions {
  /** With a commit as `revision`: a branch or tag that means it now, which the cache is to remember for when it is offline. */
  readonly branch?: string;
}

/**
 * The path of a local copy of a file, downloaded if need be. A commit's file that is in the cache needs no network at all; for a
 * branch the hub is asked what commit it means. A download that was cut goes on where it stopped, in this call or in a later one.
 *
 * @throws HubError with a `kind`: no such file, revision or repository; no access; the hub fails; no network; wrong checksum
 * @throws Error when an option does not fit, or (with the system's `code`) the disk cannot be written to; the signal's reason
 *   when it is aborted
 */
export async function downloadFile(options: DownloadFileOptions): Promise<string> {
  const target = checkTarget(options, options.path) as FileTarget;
  const settings = settingsOf(options);
  const cache = new RepoCache(settings.cacheDir, target);
  const path = await pathOf(cache, target, settings);
  const { branch } = options;
  if (branch !== undefined)
    await cache.setCommit(checkTarget({ ...options, revision: branch }).revision, target.revision);
  return path;
}

async function pathOf(cache: RepoCache, target: FileTarget, settings: Settings): Promise<string> {
  if (isCommit(target.revision) || settings.offline) {
    const found = await cached(cache, target, settings);
    if (found) return found;
    if (settings.offline) throw notCached(target, settings);
  }
  let info: FileInfo;
  try {
    info = await infoOf(target, settings.net);
  } catch (error) {
    const found = isUnreachable(error) ? await cached(cache, target, settings) : undefined;
    if (!found) throw error;
    settings.onNotice(`${(error as Error).message}. The copy in the cache is used: ${found}`);
    return found;
  }
  await cache.setCommit(target.revision, info.commit);
  return ensureFile(cache, target, info, settings);
}

export type FileTarget = Target & { readonly path: string };

/** The path of a file that the hub has told us of, downloaded if need be. */
export async function ensureFile(
  cache: RepoCache,
  target: FileTarget,
  { commit, etag, size }: FileInfo,
  settings: Settings,
): Promise<string> {
  const pointer = cache.pointer(commit, target.path);
  const blob = cache.blob(etag);
  if ((await sizeOf(blob)) === undefined) {
    const get = () => download(blob, { ...target, revision: commit }, etag, size, settings);
    await once(blob, () => withLock(`${blob}.incomplete.lock`, get, settings.net.signal));
  } else if (settings.verify) {
    await checkCached(blob, etag, describeTarget(target));
  }
  if ((await sizeOf(pointer)) === undefined) await cache.link(pointer, etag);
  return pointer;
}

async function download(
  blob: string,
  target: FileTarget,
  etag: string,
  size: number | undefined,
  { net, onProgress }: Settings,
): Promise<void> {
  // Another process had the lock, and has done it.
  if ((await sizeOf(blob)) !== undefined) return;
  const part = `${blob}.incomplete`;
  const onLoaded = (loaded: number) => onProgress({ path: target.path, loaded, total: size });
  await fetchPart(part, { target, size, net, onLoaded });
  if (!(await fits(part, etag))) {
    await rm(part);
    const what = `${describeTarget(target)}: what ${net.endpoint} sent has a wrong checksum (want ${etag})`;
    throw new HubError('checksum', `${what}; it was not kept`);
  }
  await rename(part, blob);
}

/** What is in the cache for the commit that the revision means, or meant last. */
export async function cached(cache: RepoCache, target: FileTarget, settings: Settings): Promise<string | undefined> {
  const commit = await cache.commit(target.revision);
  if (commit === undefined) return undefined;
  const pointer = cache.pointer(commit, target.path);
  if ((await sizeOf(pointer)) === undefined) return undefined;
  if (settings.verify) {
    // A blob's name is its checksum; a copy, where there are no links, has none to compare with.
    const blob = await realpath(pointer);
    const isBlob = dirname(blob) === (await realpath(join(cache.folder, 'blobs')));
    if (isBlob) await checkCached(blob, basename(blob), describeTarget(target));
  }
  return pointer;
}

export function notCached(target: Target, { cacheDir }: Settings): HubError {
  const message = `${describeTarget(target)} is not in the cache (${cacheDir}), and the network is not to be used (HF_HUB_OFFLINE)`;
  return new HubError('offline', message);
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof HubError && (error.kind === 'network' || error.kind === 'server');
}

const running = new Map<string, Promise<void>>();

/** Whoever asks for a download that is on its way in this process waits for it. */
function once(key: string, work: () => Promise<void>): Promise<void> {
  const other = running.get(key);
  if (other) return other;
  const mine = work().finally(() => running.delete(key));
  running.set(key, mine);
  return mine;
}
