// What Sin and Cos share: the module's kernel reduces arguments up to a limit; those beyond it, rare, go through float64.
import { heapF32, type WasmBackend } from '../wasm-host/index.ts';

/** Up to here the multiple of π/2 has few enough bits for the reduction in three parts to be exact. */
const limit = 8192;

export function wave(
  backend: WasmBackend,
  [x, y, count]: [x: number, y: number, count: number],
  kernel: (x: number, y: number, count: number, limit: number) => number,
  inFloat64: (x: number) => number,
): void {
  if (kernel(x, y, count, limit) === 0) return;
  const from = heapF32(backend, x, count);
  const to = heapF32(backend, y, count);
  for (let i = 0; i < count; i++) {
    const value = from[i]!;
    // Written so that NaN counts as beyond.
    if (!(Math.abs(value) <= limit)) to[i] = inFloat64(value);
  }
}
