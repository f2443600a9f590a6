// The engine's heap when it is full: malloc then says 0, tfjs-backend-wasm goes on with it, and its kernels write over
// whatever lies at the heap's beginning. Here a full heap is an error.

/** The engine's own allocator. */
export interface WasmHeap {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** Where the heap ends. malloc takes 32 bits: of a larger size it would see the low ones, and hand out far too little. */
const HEAP_BYTES = 2 ** 32;

type Malloc = (bytes: number) => number;

/** The engines' own functions, where {@link guardHeap} has put another in their place. */
const unguarded = new WeakMap<object, Malloc>();

/** The address of that many bytes, or 0 when the heap has no room for them. */
export function malloc(wasm: WasmHeap, bytes: number): number {
  if (bytes >= HEAP_BYTES) return 0;
  const own = unguarded.get(wasm);
  return (own ? own(bytes) : wasm._malloc(bytes)) >>> 0;
}

/** What is said when {@link malloc} has no room. */
export function noRoom(what: string, bytes: number): Error {
  const size = (bytes / 2 ** 20).toFixed(1);
  return new Error(`${what}: the wasm heap has no room for ${size} MB more (its limit is 4 GB)`);
}

/** From now on the engine's own allocations throw, too, when there is no room; once, however often called. */
export function guardHeap(wasm: WasmHeap): void {
  if (unguarded.has(wasm)) return;
  // The engine's module puts the real function in place at the first call, and would put it over ours.
  wasm._free(wasm._malloc(8));
  unguarded.set(wasm, wasm._malloc);
  wasm._malloc = (bytes) => {
    const address = malloc(wasm, bytes);
    if (address === 0 && bytes > 0) throw noRoom('tfjs-backend-wasm', bytes);
    return address;
  };
}
