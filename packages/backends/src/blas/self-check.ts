// A few products by a library just opened, beside the wasm kernel's: a library that computes something else is not used.
import { gemmScratchBytes, wasmGemm } from '../kernels/wasm/gemm.ts';
import { heapF32, type WasmBackend, withScratch } from '../wasm-host/index.ts';
import type { BlasLibrary } from './library.ts';
import { sgemm } from './sgemm.ts';

const shapes = [
  [1, 1, 1],
  [7, 5, 9],
  [33, 70, 19],
] as const;
const both = [false, true] as const;
/** Of sums of up to 70 products of numbers up to 1, and far from what a swapped flag gives. */
const tolerance = 1e-4;
const untouched = 12_345;

/** @throws Error that says which product came out wrong */
export function selfCheck(library: BlasLibrary, backend: WasmBackend): void {
  for (const [m, inner, n] of shapes) {
    const [sizeA, sizeB, size] = [m * inner, inner * n, m * n];
    // Behind each result stands one value that must stay as it is.
    const floats = sizeA + sizeB + 2 * (size + 1);
    withScratch(backend, 4 * floats + gemmScratchBytes(inner, n), 'the check of BLAS', (start) => {
      const a = start;
      const b = a + 4 * sizeA;
      const ours = b + 4 * sizeB;
      const theirs = ours + 4 * (size + 1);
      const scratch = theirs + 4 * (size + 1);
      for (const transposeA of both) {
        for (const transposeB of both) {
          for (const isAdded of both) {
            const values = heapF32(backend, start, floats);
            for (let i = 0; i < floats; i++) values[i] = ((i * 7919) % 1009) / 504.5 - 1;
            const wanted = heapF32(backend, ours, size + 1);
            const got = heapF32(backend, theirs, size + 1);
            // What is not added to must not be read either.
            if (isAdded) got.set(wanted);
            else got.fill(Number.NaN);
            got[size] = untouched;
            const product = { a, b, m, inner, n, transposeA, transposeB, isAdded };
            wasmGemm(backend, scratch, { ...product, out: ours, bias: 0 });
            sgemm(library, backend, { ...product, out: theirs });
            const isRight = got.every((value, i) => (i < size ? Math.abs(value - wanted[i]!) <= tolerance : true));
            if (isRight && got[size] === untouched) continue;
            const how = `${transposeA ? 'aᵀ' : 'a'}·${transposeB ? 'bᵀ' : 'b'}${isAdded ? ', added to the output' : ''}`;
            throw new Error(`its product of [${m}, ${inner}] by [${inner}, ${n}] (${how}) is wrong`);
          }
        }
      }
    });
  }
}
