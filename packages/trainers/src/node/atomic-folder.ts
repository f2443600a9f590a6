// Replaces a folder as a whole: whatever happens in between, the old contents or the new ones are there afterwards.
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { makeFolder } from '@orchid-ml/orchid-models/node';

/** A folder cannot be renamed over another, so the old one steps aside under this name for a moment. */
const previousOf = (dir: string) => `${dir}.previous`;
const temporaryOf = (dir: string) => `${dir}.tmp-${process.pid}`;

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Where the contents are: in the folder, or aside if a crash came in the moment of the swap. Changes nothing. */
export async function findFolder(path: string): Promise<string> {
  const dir = resolve(path);
  return !(await exists(dir)) && (await exists(previousOf(dir))) ? previousOf(dir) : path;
}

/** Puts the old folder back if a crash came in the moment in which it stood aside. */
async function recoverFolder(path: string): Promise<void> {
  const dir = resolve(path);
  if (await exists(dir)) return;
  if (await exists(previousOf(dir))) await rename(previousOf(dir), dir);
}

/**
 * Fills a new folder beside `dir` and swaps it in by renaming. If filling fails, `dir` is untouched and nothing is left.
 *
 * @param own the files that `fill` may write; others found in the old folder are the user's and move over
 */
export async function replaceFolder(
  path: string,
  own: ReadonlySet<string>,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const dir = resolve(path);
  const temporary = temporaryOf(dir);
  const previous = previousOf(dir);
  await recoverFolder(dir);
  try {
    await rm(temporary, { recursive: true, force: true });
    await makeFolder(temporary);
    await fill(temporary);
    await flush(temporary);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  const replaces = await exists(dir);
  if (replaces) {
    // Only left over from a crash after a complete swap; the user's files may not have moved yet.
    await finishSwap(previous, dir, own);
    await rename(dir, previous);
  }
  try {
    await rename(temporary, dir);
  } catch (error) {
    if (replaces) await rename(previous, dir);
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  await flush(dirname(dir));
  await finishSwap(previous, dir, own);
}

/** The end of a swap: what is not `own` in the old folder moves over to the new one, and the rest goes. */
async function finishSwap(previous: string, dir: string, own: ReadonlySet<string>): Promise<void> {
  if (!(await exists(previous))) return;
  for (const name of await readdir(previous)) {
    if (!own.has(name)) await rename(join(previous, name), join(dir, name));
  }
  await rm(previous, { recursive: true, force: true });
}

/** Removes half-filled folders of processes that are no more: each may be as large as a checkpoint. */
async function sweep(dir: string): Promise<void> {
  const prefix = `${basename(dir)}.tmp-`;
  for (const name of await readdir(dirname(dir))) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN;
    if (Number.isInteger(pid) && pid > 0 && !isRunning(pid)) {
      await rm(join(dirname(dir), name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Any other refusal is of a process that there is.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/**
 * Finds out whether {@link replaceFolder} will work: makes the parent folders, and writes and removes a small file beside.
 * What killed processes left half-written is removed.
 *
 * @param own a folder that is not empty must have one of these files, or it is somebody's own
 */
export async function checkFolder(path: string, own: ReadonlySet<string>): Promise<void> {
  const dir = resolve(path);
  await makeFolder(dirname(dir));
  await recoverFolder(dir);
  await sweep(dir);
  if (await exists(dir)) {
    if (!(await stat(dir)).isDirectory()) throw new Error(`${basename(dir)} is a file; want a folder`);
    const names = await readdir(dir);
    if (names.length > 0 && !names.some((name) => own.has(name))) {
      throw new Error(`it holds other files (${names.slice(0, 3).join(', ')}); want a new or empty folder`);
    }
  }
  const temporary = temporaryOf(dir);
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary);
    const handle = await open(join(temporary, 'probe'), 'wx');
    try {
      await handle.writeFile(new Uint8Array(4096));
      await handle.sync();
    } finally {
      await handle.close();
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Has the system write a folder's list of names down; where folders cannot be opened (Windows) it does so by itself. */
async function flush(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
