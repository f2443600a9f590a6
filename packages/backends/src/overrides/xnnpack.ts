// The engine's own fast matrix product, on addresses: it knows only tensors by number, so the three matrices get numbers
// for the length of the call.
import { allocate, release, type WasmBackend } from '../wasm-host/index.ts';

interface Internals {
  dataIdNextNumber: number;
  readonly wasm: {
    cwrap(name: string, result: null, types: string[]): (...args: unknown[]) => void;
    readonly tfjs: {
      registerTensor(id: number, size: number, address: number): void;
      disposeData(id: number): void;
    };
  };
}

const wrapped = new WeakMap<object, (...args: unknown[]) => void>();

/** out = a·b for row-major a [m, inner], b [inner, n], out [m, n] at those addresses; no size may be 0. */
export function multiply(
  backend: WasmBackend,
  a: number,
  b: number,
  out: number,
  m: number,
  inner: number,
  n: number,
): void {
  expectRoom(backend, inner, n);
  const internals = backend as unknown as Internals;
  let call = wrapped.get(backend);
  if (!call) {
    const types = ['number', 'array', 'number', 'number', 'array', 'number', 'number', 'number', 'number'];
    call = internals.wasm.cwrap('BatchMatMul', null, types);
    wrapped.set(backend, call);
  }
  const { tfjs } = internals.wasm;
  const ids = [a, b, out].map((address, i) => {
    const id = internals.dataIdNextNumber++;
    tfjs.registerTensor(id, [m * inner, inner * n, m * n][i]!, address);
    return id;
  });
  try {
    call(ids[0], shapeBytes(1, m, inner), 3, ids[1], shapeBytes(1, inner, n), 3, false, false, ids[2]);
  } finally {
    // The engine caches b's packed form by number: forgetting the number frees it.
    for (const id of ids) tfjs.disposeData(id);
  }
}

/**
 * XNNPACK packs the right operand, its columns rounded up, into memory that it takes itself. Where there is none it only
 * prints a line, and the product is whatever was in memory.
 *
 * @throws Error when the heap has no room for the packed operand
 */
export function expectRoom(backend: WasmBackend, inner: number, n: number): void {
  release(backend, allocate(backend, 4 * (inner + 1) * (n + 16) + 4096, 'matMul'));
}

function shapeBytes(...shape: number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(shape).buffer);
}
