// A matrix product by the BLAS library, in place on the engine's heap.
import type { WasmBackend } from '../wasm-host/index.ts';
import type { BlasLibrary } from './library.ts';

/** out [m, n] = op(a) [m, inner] · op(b) [inner, n], or that added to out; byte addresses on the engine's heap. */
export interface Product {
  readonly a: number;
  readonly b: number;
  readonly out: number;
  readonly m: number;
  readonly inner: number;
  readonly n: number;
  /** a is stored [inner, m] */
  readonly transposeA: boolean;
  /** b is stored [n, inner] */
  readonly transposeB: boolean;
  readonly isAdded: boolean;
}

const rowMajor = 101;
const plain = 111;
const transposed = 112;

/** Runs cblas_sgemm. No size may be 0. */
export function sgemm(library: BlasLibrary, backend: WasmBackend, product: Product): void {
  const { a, b, out, m, inner, n, transposeA, transposeB, isAdded } = product;
  // Asked anew at every call: the heap moves when it grows.
  const heap = library.addressOf(backend.wasm.HEAPU8);
  library.sgemm(
    rowMajor,
    transposeA ? transposed : plain,
    transposeB ? transposed : plain,
    m,
    n,
    inner,
    1,
    heap + BigInt(a),
    transposeA ? m : inner,
    heap + BigInt(b),
    transposeB ? inner : n,
    isAdded ? 1 : 0,
    heap + BigInt(out),
    n,
  );
}
