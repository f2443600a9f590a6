// Which BLAS library the matrix products go to now.
import type { BlasLibrary } from './library.ts';

let library: BlasLibrary | undefined;

/** The library in use, or undefined when the wasm kernel computes. */
export function blasInUse(): BlasLibrary | undefined {
  return library;
}

/** From now on products go to this library; to the wasm kernel where there is none. */
export function setBlas(next: BlasLibrary | undefined): void {
  library = next;
}
