// Matrix products on the wasm engine's heap: by the machine's own BLAS where one is in use and the product is large enough
// for the call to pay, else by the kernel of assembly/gemm.ts.
import { type Product, sgemm } from '../../blas/sgemm.ts';
import { blasInUse } from '../../blas/use.ts';
import { heapF32, type WasmBackend } from '../../wasm-host/index.ts';
import { engine } from './engine.ts';

/** A product, with a row of n values that every row of the result starts from (a bias), if any. */
export interface BiasedProduct extends Product {
  /** byte address of the row, or 0; not together with isAdded */
  readonly bias: number;
}

/** Below so many multiplications a foreign call costs more than it saves. */
const worthACall = 4_096;
/** Of op(b), so many values are packed at once: half a megabyte, which stays in the second-level cache. */
const packedValues = 131_072;
/** Of the inner side, so much at once: one panel of op(b) and some rows of op(a) fit into the first-level cache. */
const longestDepth = 512;
/** Columns are packed in panels of 8 or 12, as the build has it. */
const panels = 24;

function blocking(inner: number, n: number): { depth: number; block: number } {
  const depth = Math.min(inner, longestDepth);
  const widest = Math.floor(packedValues / depth / panels) * panels;
  const blocks = Math.ceil(n / widest);
  return { depth, block: Math.ceil(n / blocks / panels) * panels };
}

/** The scratch memory that {@link gemm} wants for products of these sizes. */
export function gemmScratchBytes(inner: number, n: number): number {
  const { depth, block } = blocking(inner, n);
  return 4 * (depth * (block + 16) + 64);
}

/** Runs a product; `scratch` holds {@link gemmScratchBytes}. No size may be 0. */
export function gemm(backend: WasmBackend, scratch: number, product: BiasedProduct): void {
  const blas = blasInUse();
  const { m, inner, n, out, bias } = product;
  if (!blas || m * inner * n < worthACall) {
    wasmGemm(backend, scratch, product);
    return;
  }
  if (bias !== 0) {
    const rows = heapF32(backend, out, m * n);
    const row = heapF32(backend, bias, n);
    for (let at = 0; at < rows.length; at += n) rows.set(row, at);
  }
  sgemm(blas, backend, bias === 0 ? product : { ...product, isAdded: true });
}

/** The product by the wasm kernel, whatever else there is. */
export function wasmGemm(backend: WasmBackend, scratch: number, product: BiasedProduct): void {
  const { a, b, out, m, inner, n, transposeA, transposeB, isAdded, bias } = product;
  const { depth, block } = blocking(inner, n);
  const [base, baseStride] = isAdded ? [out, 4 * n] : [bias, 0];
  const flags = [Number(transposeA), Number(transposeB)] as const;
  engine(backend).gemm(a, b, out, m, inner, n, ...flags, base, baseStride, scratch, depth, block);
}
