// API keys: read from the operator's file, kept as hashes, compared in a time that says nothing about them.
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { messageOf, OptionError } from '../errors.ts';

const shortest = 16;

const hashOf = (key: string) => createHash('sha256').update(key).digest();

/** The keys that open a server. */
export class ApiKeys {
  readonly #keys: readonly { readonly name: string; readonly hash: Buffer }[];

  constructor(keys: readonly { readonly name: string; readonly key: string }[]) {
    this.#keys = keys.map(({ name, key }) => ({ name, hash: hashOf(key) }));
  }

  get count(): number {
    return this.#keys.length;
  }

  /** The name of a key, or null for one that is not known. Every key is compared, whichever fits. */
  nameOf(given: string): string | null {
    const hash = hashOf(given);
    let found: string | null = null;
    for (const { name, hash: known } of this.#keys) if (timingSafeEqual(hash, known)) found = name;
    return found;
  }
}

/**
 * Reads a file with a key a line: `KEY`, or `NAME KEY`, where the name is for logs and limits. Empty lines and lines that begin
 * with # do not count.
 *
 * @throws OptionError naming the line that does not fit; never with the key in it
 */
export async function readKeys(file: string): Promise<{ keys: ApiKeys; isPrivate: boolean }> {
  const fail = (message: string, cause?: unknown): never => {
    throw new OptionError('apiKeyFile', `${file}${message}`, cause === undefined ? undefined : { cause });
  };
  const text = await readFile(file, 'utf8').catch((error: unknown) =>
    fail(` cannot be read: ${messageOf(error)}`, error),
  );
  const keys: { name: string; key: string }[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const words = line.trim().split(/\s+/).filter(Boolean);
    if (words.length === 0 || words[0]!.startsWith('#')) continue;
    if (words.length > 2) fail(`, line ${i + 1}: got ${words.length} words; want KEY, or NAME KEY`);
    const key = words.at(-1)!;
    const name = words.length === 2 ? words[0]! : `key ${keys.length + 1}`;
    if (key.length < shortest) fail(`, line ${i + 1}: the key has ${key.length} characters; want at least ${shortest}`);
    if (keys.some((other) => other.name === name || other.key === key))
      fail(`, line ${i + 1}: this name or key is there already`);
    keys.push({ name, key });
  }
  if (keys.length === 0) fail(' holds no key');
  const { mode } = await stat(file);
  return { keys: new ApiKeys(keys), isPrivate: process.platform === 'win32' || (mode & 0o077) === 0 };
}
