// Keeps two processes from writing one part of a download at a time. Node has no flock(2); a file that only one can make does.
import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

/** A lock that nobody has touched for so long is one that was left behind. */
const STALE = 60_000;
const TOUCH = 10_000;
const POLL = 200;

/** Runs `work` while holding a lock, waiting for it first. */
export async function withLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  while (!(await take(path))) {
    signal?.throwIfAborted();
    if (await isLeftBehind(path)) await rm(path, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, POLL));
  }
  const touching = setInterval(() => {
    const now = new Date();
    // A lock that somebody took for dead is theirs now: the checksum tells whether that did harm.
    utimes(path, now, now).catch(() => {});
  }, TOUCH);
  touching.unref();
  try {
    return await work();
  } finally {
    clearInterval(touching);
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(`${process.pid} ${hostname()}`).finally(() => file.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isLeftBehind(path: string): Promise<boolean> {
  try {
    if (Date.now() - (await stat(path)).mtimeMs > STALE) return true;
    const [pid, host] = (await readFile(path, 'utf8')).split(' ');
    return host === hostname() && pid !== undefined && !isAlive(Number(pid));
  } catch (error) {
    // It was given back in the meantime.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
