// The engine's heap: how much of it is in use, and what happens when it is full. malloc then says 0, tfjs-backend-wasm goes
// on with it, and its kernels write over whatever lies at the heap's beginning; here a full heap is an error.

/** The engine's own allocator, and the heap as it is now. */
export interface WasmHeap {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** Where the heap ends. malloc takes 32 bits: of a larger size it would see the low ones, and hand out far too little. */
const HEAP_BYTES = 2 ** 32;

/** Bytes of a wasm heap, or of a webgpu device. */
export interface HeapUse {
  /** taken and not given back: tensors, scratch, tables (not the allocator's own few bytes a block) */
  readonly used: number;
  /** the most that was in use at once, since the engine started or since `resetHeapPeak` */
  readonly peak: number;
  /** what the heap has grown to, which never shrinks; of webgpu with the buffers that are kept for reuse */
  readonly size: number;
  /** what it may grow to; infinite where the device does not say */
  readonly limit: number;
}

/** The books of a guarded heap. */
interface Guard {
  readonly malloc: (bytes: number) => number;
  /** bytes by address */
  readonly blocks: Map<number, number>;
  used: number;
  peak: number;
  /** where {@link traceUseOf} wants every allocation written down */
  trace: number[] | null;
}

const guards = new WeakMap<object, Guard>();

/** The address of that many bytes, or 0 when the heap has no room for them. */
export function malloc(wasm: WasmHeap, bytes: number): number {
  if (bytes >= HEAP_BYTES) return 0;
  const guard = guards.get(wasm);
  if (!guard) return wasm._malloc(bytes) >>> 0;
  const address = guard.malloc(bytes) >>> 0;
  if (address !== 0) {
    guard.blocks.set(address, bytes);
    guard.used += bytes;
    if (guard.used > guard.peak) guard.peak = guard.used;
    guard.trace?.push(guard.used);
  }
  return address;
}

/** What is said when {@link malloc} has no room. */
export function noRoom(what: string, bytes: number): Error {
  const size = (bytes / 2 ** 20).toFixed(1);
  return new Error(`${what}: the wasm heap has no room for ${size} MB more (its limit is 4 GB)`);
}

/**
 * From now on the engine's own allocations are counted, and throw, too, when there is no room; once, however often called.
 */
export function guardHeap(wasm: WasmHeap): void {
  if (guards.has(wasm)) return;
  // The engine's module puts the real functions in place at the first call, and would put them over ours.
  wasm._free(wasm._malloc(8));
  const free = wasm._free;
  const guard: Guard = { malloc: wasm._malloc, blocks: new Map(), used: 0, peak: 0, trace: null };
  guards.set(wasm, guard);
  wasm._malloc = (bytes) => {
    const address = malloc(wasm, bytes);
    if (address === 0 && bytes > 0) throw noRoom('tfjs-backend-wasm', bytes);
    return address;
  };
  wasm._free = (address) => {
    // Addresses beyond 2 GB come from the engine as negative numbers. What is older than the guard was never counted.
    const block = address >>> 0;
    guard.used -= guard.blocks.get(block) ?? 0;
    guard.blocks.delete(block);
    free(address);
  };
}

/** What is in use of a guarded heap; null of one that is not. */
export function heapUseOf(wasm: WasmHeap): HeapUse | null {
  const guard = guards.get(wasm);
  return guard ? { used: guard.used, peak: guard.peak, size: wasm.HEAPU8.byteLength, limit: HEAP_BYTES } : null;
}

/** Counts the peak anew, from what is in use now. */
export function resetPeakOf(wasm: WasmHeap): void {
  const guard = guards.get(wasm);
  if (guard) guard.peak = guard.used;
}

/** What is in use after each allocation that `work` makes, in order; null where the heap is not guarded, and nothing is run. */
export function traceUseOf(wasm: WasmHeap, work: () => void): number[] | null {
  const guard = guards.get(wasm);
  if (!guard) return null;
  const { trace: outer } = guard;
  const trace: number[] = [];
  guard.trace = trace;
  try {
    work();
  } finally {
    guard.trace = outer;
  }
  return trace;
}
