// How much memory the running engine uses: what decides whether the next step fits.
import * as tf from '@tensorflow/tfjs-core';
import { type HeapUse, heapUseOf, resetPeakOf, traceUseOf, type WasmHeap } from '../wasm-host/heap.ts';
import { deviceUseOf, webGpuEngine } from './device-memory.ts';

/** The wasm engine's own module, if that is the current engine. */
function wasmHeap(): WasmHeap | null {
  if (tf.getBackend() !== 'wasm') return null;
  return (tf.backend() as unknown as { wasm: WasmHeap }).wasm;
}

/**
 * Bytes in use on the current engine's heap, the peak, the heap's size and its limit: of wasm the module's memory, of webgpu the
 * device's, whose limit is infinite where nothing is known of it. Costs next to nothing.
 *
 * @returns null when the current engine is neither, as `useBackend` starts them: others have no heap to count on
 */
export function heapUse(): HeapUse | null {
  const engine = webGpuEngine();
  if (engine) return deviceUseOf(engine);
  const heap = wasmHeap();
  return heap && heapUseOf(heap);
}

/** Counts {@link heapUse}'s peak anew, from what is in use now. */
export function resetHeapPeak(): void {
  webGpuEngine()?.pool.resetPeak();
  const heap = wasmHeap();
  if (heap) resetPeakOf(heap);
}

/**
 * Runs `work`, noting what is in use after each allocation, less what was before it: where in a computation its memory
 * goes. The same computation on larger tensors makes the same allocations, larger ones, in the same order.
 *
 * @returns bytes, an entry for each allocation; null, with nothing run, on other engines than wasm (on webgpu, see `rehearse`)
 */
export function traceHeap(work: () => void): number[] | null {
  const heap = wasmHeap();
  if (!heap) return null;
  const before = heapUseOf(heap)?.used ?? 0;
  return traceUseOf(heap, work)?.map((used) => used - before) ?? null;
}
