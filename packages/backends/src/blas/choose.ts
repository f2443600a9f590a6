// Finds the machine's BLAS for `useBackend('wasm', { blas })`. What cannot be used is said, never thrown: the wasm kernel
// computes the same.
import type { WasmBackend } from '../wasm-host/index.ts';
import { advice, candidates } from './candidates.ts';
import { type Koffi, loadKoffi, reason } from './koffi.ts';
import { type BlasLibrary, openLibrary } from './library.ts';
import { selfCheck } from './self-check.ts';

export interface BlasChoice {
  readonly library?: BlasLibrary;
  /** why there is none */
  readonly why?: string;
  /** whether that is worth a warning: a library was named, or found, and cannot be used */
  readonly isTrouble?: boolean;
}

/** Kept for good: a library that is unloaded while its threads run takes the process with it. */
const opened = new Map<string, BlasLibrary>();

/**
 * @param wanted 'auto' for the best library of this machine, 'off', or a library's path
 * @param platform the operating system as Node calls it, or undefined outside of Node
 */
export function chooseBlas(wanted: string, backend: WasmBackend, platform: string | undefined): BlasChoice {
  if (wanted === 'off') return { why: 'it was asked for without' };
  const isNamed = wanted !== 'auto';
  if (platform === undefined) return { why: 'only Node can call a native library', isTrouble: isNamed };
  let koffi: Koffi;
  try {
    koffi = loadKoffi();
  } catch (error) {
    const why = reason(error);
    return isNamed ? { why: `${wanted} cannot be used: ${why}`, isTrouble: true } : { why };
  }
  if (isNamed) return tryLibrary(koffi, wanted, backend);

  let trouble: BlasChoice | undefined;
  for (const path of candidates[platform] ?? []) {
    let library: BlasLibrary | undefined;
    try {
      library = opened.get(path) ?? openLibrary(koffi, path);
    } catch {
      // Not there, which is what most of the list is on any machine, or no BLAS: the next one.
      continue;
    }
    const choice = checked(library, path, backend);
    if (choice.library) return choice;
    trouble ??= choice;
  }
  const install = advice[platform];
  return trouble ?? { why: `no OpenBLAS, MKL or Accelerate was found${install ? ` (${install})` : ''}` };
}

function tryLibrary(koffi: Koffi, path: string, backend: WasmBackend): BlasChoice {
  try {
    return checked(opened.get(path) ?? openLibrary(koffi, path), path, backend);
  } catch (error) {
    return refused(path, error);
  }
}

function checked(library: BlasLibrary, path: string, backend: WasmBackend): BlasChoice {
  opened.set(path, library);
  try {
    selfCheck(library, backend);
    return { library };
  } catch (error) {
    return refused(path, error);
  }
}

function refused(path: string, error: unknown): BlasChoice {
  return { why: `${path} cannot be used as a BLAS library: ${reason(error)}`, isTrouble: true };
}
