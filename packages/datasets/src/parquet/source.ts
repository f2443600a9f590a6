// Where the bytes of a Parquet file are: in memory or behind a URL; on disk, see `./node`.
import { asyncBufferFromUrl } from 'hyparquet';

export interface ParquetSource {
  /** What errors call it. */
  readonly name: string;
  readonly byteLength: number;
  /** Bytes from `start` up to `end`. */
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** A file that is in memory. */
export function parquetBytes(name: string, bytes: ArrayBuffer | Uint8Array): ParquetSource {
  const whole = bytes instanceof Uint8Array ? Uint8Array.from(bytes).buffer : bytes;
  return { name, byteLength: whole.byteLength, slice: (start, end) => whole.slice(start, end) };
}

export interface ParquetUrlOptions {
  readonly fetch?: typeof fetch;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A file behind a URL, of which only those parts are fetched that are read (by Range requests).
 *
 * @throws Error naming the URL when it cannot be had
 */
export async function parquetUrl(url: string, options: ParquetUrlOptions = {}): Promise<ParquetSource> {
  const { headers = {}, fetch: fetching } = options;
  const requestInit = { headers: { ...headers } };
  try {
    const file = await asyncBufferFromUrl({ url, requestInit, ...(fetching ? { fetch: fetching } : {}) });
    return { name: url, byteLength: file.byteLength, slice: (start, end) => file.slice(start, end) };
  } catch (error) {
    throw new Error(`Parquet ${url}: it cannot be fetched: ${(error as Error).message}`, { cause: error });
  }
}
