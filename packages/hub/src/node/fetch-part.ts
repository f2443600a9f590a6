// The bytes of one file, added to what an earlier try has left of them: a connection may break as often as it likes, as long as
// something comes in between.
import { type FileHandle, open, rm } from 'node:fs/promises';
import { HubError } from '../hub-error.ts';
import { describeTarget, resolveUrl, type Target } from '../repo.ts';
import { type Network, networkError, requestOnce, withRetries } from '../request.ts';
import { sizeOf } from './cache.ts';

export interface PartOptions {
  readonly target: Target;
  /** Bytes that the hub says the file has; undefined when it does not say. */
  readonly size: number | undefined;
  readonly net: Network;
  /** Bytes on disk so far. */
  readonly onLoaded: (loaded: number) => void;
}

/**
 * Downloads what is missing of the file at `part`.
 *
 * @throws HubError when the hub fails, or the connection does again and again: what has come is kept; the signal's reason
 *   when it is aborted, likewise; the system's error when the disk cannot be written to, likewise
 */
export async function fetchPart(part: string, { target, size, net, onLoaded }: PartOptions): Promise<void> {
  let loaded = (await sizeOf(part)) ?? 0;
  // More than there can be is no part of it.
  if (size !== undefined && loaded > size) await rm(part);
  let arrived = 0;
  const file = await open(part, 'a');
  try {
    loaded = (await file.stat()).size;
    onLoaded(loaded);
    await withRetries(pull, net, () => arrived);
    await file.sync();
  } finally {
    await file.close();
  }

  async function pull(): Promise<void> {
    if (loaded === size) return;
    const url = resolveUrl(net.endpoint, target);
    const watch = new Watch(net);
    try {
      const headers = { 'accept-encoding': 'identity', ...(loaded > 0 ? { range: `bytes=${loaded}-` } : {}) };
      const response = await requestOnce(url, { headers, signal: watch.signal }, target, net);
      await makeRoom(file, response, loaded);
      const pieces = response.body?.getReader();
      for (let piece = await pieces?.read(); piece && !piece.done; piece = await pieces!.read()) {
        const bytes = piece.value;
        watch.touch();
        await writeAll(file, bytes);
        loaded += bytes.length;
        arrived += bytes.length;
        onLoaded(loaded);
      }
    } catch (error) {
      if (isDiskError(error)) throw diskError(error, part, target, loaded, size);
      throw networkError(error, url, target, net);
    } finally {
      watch.end();
    }
    if (size !== undefined && loaded !== size) {
      const message = `${describeTarget(target)}: the connection ended after ${loaded} of ${size} bytes`;
      throw new HubError('network', message, { isTemporary: loaded < size });
    }
  }

  /** A server that knows nothing of ranges sends the file from its start. */
  async function makeRoom(file: FileHandle, response: Response, from: number): Promise<void> {
    if (from === 0 && response.status === 200) return;
    if (response.status === 206) {
      const range = response.headers.get('content-range') ?? '';
      if (range.startsWith(`bytes ${from}-`)) return;
      throw new HubError('protocol', `${describeTarget(target)}: asked for bytes from ${from}, got "${range}"`);
    }
    await file.truncate(0);
    loaded = 0;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

/** Aborts when nothing has come for too long, or the caller wants to end. */
class Watch {
  readonly #late = new AbortController();
  readonly #net: Network;
  readonly signal: AbortSignal;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(net: Network) {
    this.#net = net;
    this.signal = net.signal ? AbortSignal.any([net.signal, this.#late.signal]) : this.#late.signal;
    this.touch();
  }

  touch(): void {
    clearTimeout(this.#timer);
    const late = () => this.#late.abort(new DOMException('nothing came for too long', 'TimeoutError'));
    this.#timer = setTimeout(late, this.#net.timeout);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

function isDiskError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall === 'write';
}

/** The system's error, code and all, with the file's name, which it does not say. */
function diskError(
  cause: NodeJS.ErrnoException,
  part: string,
  target: Target,
  loaded: number,
  size: number | undefined,
): Error {
  const kept = `${loaded} of ${size ?? 'unknown'} bytes are kept in ${part}`;
  const error = new Error(`hub: ${describeTarget(target)} cannot be written: ${cause.message}; ${kept}`, { cause });
  return Object.assign(error, { code: cause.code, syscall: cause.syscall, path: part });
}
