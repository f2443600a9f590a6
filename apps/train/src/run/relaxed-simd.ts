// Node 20 compiles relaxed SIMD only behind a flag of V8's; the matrix products and transforms are faster with it. That is
// for a program to decide, not for a library: the flag holds for the whole process.
import { setFlagsFromString } from 'node:v8';

/** To be called before the first wasm engine starts. Newer versions need no flag. */
export function enableRelaxedSimd(): void {
  if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
}
