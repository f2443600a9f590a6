// Reads a text to train on, and says in one sentence what is wrong with a file that is no text.
import { readFile, stat } from 'node:fs/promises';
import { invalidUtf8Offset } from './utf8.ts';

/**
 * The text of a UTF-8 file; a byte order mark at its start is dropped, line ends stay as they are.
 *
 * @throws Error naming the file when it is missing, a directory, unreadable, empty, binary (a NUL byte) or not UTF-8
 */
export async function readTextFile(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    if ((await stat(path)).isDirectory()) throw new Error(`text file ${path}: it is a directory; want a file`);
    bytes = await readFile(path);
  } catch (error) {
    throw explain(path, error as NodeJS.ErrnoException);
  }
  if (bytes.length === 0) throw new Error(`text file ${path}: it is empty`);
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw new Error(`text file ${path}: it is binary (a NUL byte at offset ${nul}); want UTF-8 text`);
  const bad = invalidUtf8Offset(bytes);
  if (bad >= 0) {
    const byte = bytes[bad]!.toString(16).padStart(2, '0');
    throw new Error(`text file ${path}: it is not UTF-8 (byte 0x${byte} at offset ${bad}); want UTF-8 text`);
  }
  const text = new TextDecoder().decode(bytes);
  if (text.length === 0) throw new Error(`text file ${path}: it is empty but for a byte order mark`);
  return text;
}

function explain(path: string, error: NodeJS.ErrnoException): Error {
  switch (error.code) {
    case undefined:
      return error;
    case 'ENOENT':
      return new Error(`text file ${path}: there is no such file`, { cause: error });
    case 'ENOTDIR':
      return new Error(`text file ${path}: a part of this path is a file, not a directory`, { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new Error(`text file ${path}: no permission to read it`, { cause: error });
    default:
      return new Error(`text file ${path}: ${error.message}`, { cause: error });
  }
}
