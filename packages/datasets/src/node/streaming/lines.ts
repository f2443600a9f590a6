// The lines of a file, unpacked if need be, with their places, and never more than a piece of it in memory.
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { explain } from '../data-files.ts';
import { invalidUtf8Offset } from '../utf8.ts';

export interface Line {
  /** Byte of the unpacked file at which it begins. */
  readonly at: number;
  /** Byte at which the next one does. */
  readonly next: number;
  /** Without its line end. */
  readonly text: string;
  /** What comes next is the same line, which was too long. */
  readonly isCut: boolean;
}

export interface LinesOptions {
  /** Bytes after which a line is cut, or refused. */
  readonly longest: number;
  /** What becomes of a longer one. */
  readonly tooLong: 'cut' | 'refuse';
}

const PIECE = 1 << 18;
const NEWLINE = 10;
const RETURN = 13;

export function isGzip(path: string): boolean {
  return /\.gz$/i.test(path);
}

/**
 * Lines from byte `at` of the unpacked file on, at which a line begins. A plain file is read from there; a packed one is
 * unpacked from its start.
 *
 * @throws Error naming the file when it cannot be read, is cut or damaged, is not UTF-8 (and where), or a line is too long
 */
export async function* readLines(path: string, at: number, { longest, tooLong }: LinesOptions): AsyncGenerator<Line[]> {
  let rest: Buffer = Buffer.alloc(0);
  let place = at;
  function line(bytes: Buffer, end: number, isCut = false): Line {
    const start = place === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    const stop = bytes[bytes.length - 1] === RETURN ? bytes.length - 1 : bytes.length;
    const content = bytes.subarray(start, stop);
    if (!isUtf8(content)) {
      const bad = place + start + invalidUtf8Offset(content);
      throw new Error(
        `${path}: it is not UTF-8 (at byte ${bad}${isGzip(path) ? ' of the unpacked file' : ''}); want UTF-8 text`,
      );
    }
    const made = { at: place, next: place + end, text: content.toString('utf8'), isCut };
    place += end;
    return made;
  }
  try {
    for await (const piece of bytesFrom(path, at)) {
      const bytes = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
      const lines: Line[] = [];
      let from = 0;
      // What is left of the piece before has no line end.
      let search = rest.length;
      for (;;) {
        const end = bytes.indexOf(NEWLINE, search);
        if (end < 0) break;
        lines.push(line(bytes.subarray(from, end), end + 1 - from));
        from = search = end + 1;
      }
      while (bytes.length - from > longest) {
        if (tooLong === 'refuse') throw new Error(`${path}: the line at byte ${place} is longer than ${longest} bytes`);
        const cut = cutBefore(bytes, from + longest);
        lines.push(line(bytes.subarray(from, cut), cut - from, true));
        from = cut;
      }
      rest = bytes.subarray(from);
      if (lines.length > 0) yield lines;
    }
    if (rest.length > 0) yield [line(rest, rest.length)];
  } catch (error) {
    throw explain(path, error);
  }
}

/** The last place up to `end` at which a character begins. */
function cutBefore(bytes: Buffer, end: number): number {
  let at = end;
  while (at > end - 4 && (bytes[at]! & 0xc0) === 0x80) at--;
  return at;
}

async function* bytesFrom(path: string, at: number): AsyncGenerator<Buffer> {
  if (!isGzip(path)) {
    yield* createReadStream(path, { start: at, highWaterMark: PIECE }) as AsyncIterable<Buffer>;
    return;
  }
  const unpacked: Readable = pipeline(
    createReadStream(path, { highWaterMark: PIECE }),
    createGunzip({ chunkSize: PIECE }),
    // The error comes to whoever reads.
    () => {},
  );
  let place = 0;
  for await (const piece of unpacked as AsyncIterable<Buffer>) {
    const skipped = Math.min(piece.length, Math.max(0, at - place));
    place += piece.length;
    if (skipped < piece.length) yield piece.subarray(skipped);
  }
}
