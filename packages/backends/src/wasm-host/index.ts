// Lets a package bring wasm kernels of its own to TensorFlow.js's wasm engine without copying a tensor: the package's
// small module is instantiated on the engine's own memory and works on the addresses of its tensors.
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { malloc, noRoom, type WasmHeap } from './heap.ts';
import { hasRelaxedSimd } from './relaxed-simd.ts';

export { hasRelaxedSimd };

/** The part of tfjs-backend-wasm's backend object that kernels use (it has no public type for it). */
export interface WasmBackend {
  readonly wasm: WasmHeap & {
    readonly HEAPU8: Uint8Array;
    /** the single-threaded builds keep their memory here */
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    /** the threaded build keeps its (shared) memory here */
    readonly wasmMemory?: WebAssembly.Memory;
  };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: number[], dtype: DataType, memoryOffset?: number): TensorInfo;
  disposeData(dataId: object): boolean;
  numDataIds(): number;
}

/** What tooling/build/assembly.mjs writes: one module, base64, for both kinds of memory, with plain and with relaxed SIMD. */
export interface WasmModuleSource {
  readonly name: string;
  readonly unshared: string;
  readonly shared: string;
  readonly unsharedRelaxed: string;
  readonly sharedRelaxed: string;
}

const instances = new WeakMap<object, Map<WasmModuleSource, WebAssembly.Exports>>();

/**
 * The exports of a wasm module, instantiated once for each engine, on that engine's memory.
 *
 * @param backend the engine's backend object, as a kernel receives it
 * @param source the module's bytes
 * @throws Error when the engine's memory cannot be found, or the module does not fit it
 */
export function wasmModule<Exports>(backend: WasmBackend, source: WasmModuleSource): Exports {
  let loaded = instances.get(backend);
  if (!loaded) {
    loaded = new Map();
    instances.set(backend, loaded);
  }
  let exports = loaded.get(source);
  if (!exports) {
    const memory = memoryOf(backend);
    const isShared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
    const text = source[`${isShared ? 'shared' : 'unshared'}${hasRelaxedSimd() ? 'Relaxed' : ''}`];
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const abort = (): never => {
      throw new Error(`${source.name}: the wasm kernel aborted`);
    };
    exports = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, abort } }).exports;
    loaded.set(source, exports);
  }
  return exports as Exports;
}

function memoryOf(backend: WasmBackend): WebAssembly.Memory {
  const memory = backend.wasm.wasmMemory ?? backend.wasm.asm?.memory;
  if (!memory) throw new Error("the wasm engine's memory is not where tfjs-backend-wasm 4.22 keeps it");
  return memory;
}

/** Byte address of a tensor's values on the engine's heap. Valid while the tensor lives; tensors do not move. */
export function addressOf(backend: WasmBackend, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/**
 * Takes `bytes` from the engine's heap, 8-byte aligned, not cleared; give them back with {@link release}.
 *
 * @throws Error when the heap, which ends at 4 GB, has no room
 */
export function allocate(backend: WasmBackend, bytes: number, what: string): number {
  const address = malloc(backend.wasm, bytes);
  if (address === 0 && bytes > 0) throw noRoom(what, bytes);
  return address;
}

/** Gives back what {@link allocate} took. */
export function release(backend: WasmBackend, address: number): void {
  backend.wasm._free(address);
}

/**
 * Makes a kernel's output tensor; the values are not cleared.
 *
 * @throws Error when the heap has no room for it
 */
export function makeOutput(backend: WasmBackend, shape: number[], dtype: DataType, what: string): TensorInfo {
  const elements = shape.reduce((a, b) => a * b, 1);
  return backend.makeOutput(shape, dtype, allocate(backend, elements * (dtype === 'bool' ? 1 : 4), what));
}

/**
 * Makes the outputs of a kernel that has several, float32, not cleared: all of them or none.
 *
 * @throws Error when the heap has no room for one of them
 */
export function makeOutputs<Shapes extends readonly number[][]>(
  backend: WasmBackend,
  shapes: readonly [...Shapes],
  what: string,
): { [Output in keyof Shapes]: TensorInfo } {
  const outputs: TensorInfo[] = [];
  try {
    for (const shape of shapes) outputs.push(makeOutput(backend, shape, 'float32', what));
  } catch (error) {
    for (const output of outputs) releaseOutput(backend, output);
    throw error;
  }
  return outputs as { [Output in keyof Shapes]: TensorInfo };
}

/** Gives back an output that will not be handed over, because the kernel fails. */
export function releaseOutput(backend: WasmBackend, output: TensorInfo): void {
  backend.disposeData(output.dataId);
}

/** Runs `work` with scratch memory that is given back whatever happens. */
export function withScratch<T>(backend: WasmBackend, bytes: number, what: string, work: (address: number) => T): T {
  const address = allocate(backend, bytes, what);
  try {
    return work(address);
  } finally {
    release(backend, address);
  }
}

/** A float32 view of heap memory. Use it at once: any later allocation may grow the heap and detach it. */
export function heapF32(backend: WasmBackend, address: number, length: number): Float32Array {
  return new Float32Array(backend.wasm.HEAPU8.buffer, address, length);
}

/** An int32 view of heap memory. Use it at once: any later allocation may grow the heap and detach it. */
export function heapI32(backend: WasmBackend, address: number, length: number): Int32Array {
  return new Int32Array(backend.wasm.HEAPU8.buffer, address, length);
}
