// The foreign-function interface, an optional peer that only Node can load: the few functions of it that are used here.

/** A C function. */
export type Native = (...args: readonly (number | bigint | Uint8Array)[]) => unknown;

export interface Library {
  /** @throws Error when the library has no such function */
  func(name: string, result: string, args: readonly string[]): Native;
}

export interface Koffi {
  /** @throws Error when the file is not there or is no library */
  load(path: string): Library;
  /** where an array's values are in this process's memory */
  address(array: Uint8Array): bigint;
}

/**
 * Only in Node.
 *
 * @throws Error when koffi is not installed or does not load; with its cause
 */
export function loadKoffi(): Koffi {
  try {
    // Not an import: a bundler would follow it, and a page has no use for native code.
    const { createRequire } = process.getBuiltinModule('node:module');
    return createRequire(import.meta.url)('koffi') as Koffi;
  } catch (error) {
    // Its own loader looks for modules, too.
    const isMissing = reason(error).startsWith("Cannot find module 'koffi'");
    throw new Error(
      isMissing ? 'koffi is not installed (npm install koffi)' : `koffi does not load: ${reason(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** The message of whatever was thrown, without the full stop it may end in. */
export function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.\s*$/, '');
}
