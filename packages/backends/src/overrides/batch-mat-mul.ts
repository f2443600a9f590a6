// Matrix products with transposes and batches. tfjs is fast only for one plain product of two matrices (XNNPACK); flags and
// batches take a slow path of its own, and every gradient of a product has a flag. So: transpose what is flagged, quickly,
// and multiply batch by batch on the fast path.
import * as tf from '@tensorflow/tfjs-core';
import { input, sizeOf } from '../kernels/register.ts';
import { engine } from '../kernels/wasm/engine.ts';
import { addressOf, makeOutput, type WasmBackend, withScratch } from '../wasm-host/index.ts';
import { type Override, zeros } from './override.ts';
import { expectRoom, multiply } from './xnnpack.ts';

export const batchMatMul: Override = {
  kernelName: 'BatchMatMul',
  compute(args, original) {
    const { backend, attrs } = args;
    const a = input(args, 'a');
    const b = input(args, 'b');
    const transposeA = Boolean(attrs.transposeA);
    const transposeB = Boolean(attrs.transposeB);
    const batchA = a.shape.slice(0, -2);
    const batchB = b.shape.slice(0, -2);
    const isPlain = !transposeA && !transposeB && sizeOf(batchA) === 1 && sizeOf(batchB) === 1;
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return original(args);
    // Of nothing, tfjs's product leaves the memory as it was.
    if (isPlain && sizeOf(a.shape) > 0 && sizeOf(b.shape) > 0) {
      expectRoom(backend, b.shape.at(-2)!, b.shape.at(-1)!);
      return original(args);
    }

    const batch = tf.backend_util.assertAndGetBroadcastShape(batchA, batchB);
    const [m, inner] = lastTwo(a.shape, transposeA);
    const [innerB, n] = lastTwo(b.shape, transposeB);
    const isPartly = (own: number[]): boolean => sizeOf(own) !== sizeOf(batch) && sizeOf(own) !== 1;
    // Mismatched sizes get tfjs's own message; batches that only partly broadcast are too rare to be worth a path.
    if (inner !== innerB || isPartly(batchA) || isPartly(batchB)) return original(args);

    const shape = [...batch, m, n];
    if (sizeOf(shape) === 0 || inner === 0) return zeros(backend, shape, 'float32', 'matMul');
    const sides = { m, inner, n, transposeA, transposeB };
    const [stepA, stepB] = [sizeOf(batchA) === 1 ? 0 : 4 * m * inner, sizeOf(batchB) === 1 ? 0 : 4 * inner * n];
    return withScratch(backend, scratchBytes(sides), 'matMul', (scratch) => {
      const out = makeOutput(backend, shape, 'float32', 'matMul');
      const [startA, startB, startOut] = [a, b, out].map((tensor) => addressOf(backend, tensor)) as [
        number,
        number,
        number,
      ];
      for (let i = 0; i < sizeOf(batch); i++) {
        product(backend, startA + i * stepA, startB + i * stepB, startOut + i * 4 * m * n, scratch, sides);
      }
      return out;
    });
  },
};

interface Sides {
  readonly m: number;
  readonly inner: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

function lastTwo(shape: readonly number[], transposed: boolean): [number, number] {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  return transposed ? [columns, rows] : [rows, columns];
}

/**
 * Rows of aᵀ·b's long inner side that are multiplied at once: XNNPACK goes through all of b for every few rows of a, so
 * what it goes through must stay in the cache (8192 x 128 by 8192 x 512: 135 ms whole).
 */
const innerBlock = 256;

function scratchBytes({ m, inner, n, transposeA, transposeB }: Sides): number {
  if (transposeA && !transposeB) return 4 * (Math.min(inner, innerBlock) * Math.max(m, n) + 2 * m * n);
  return 4 * ((transposeA ? m * inner : 0) + (transposeB ? inner * n : 0)) + 8;
}

function product(backend: WasmBackend, a: number, b: number, out: number, scratch: number, sides: Sides): void {
  const { m, inner, n, transposeA, transposeB } = sides;
  if (transposeA && !transposeB) {
    blockedProduct(backend, a, b, out, scratch, sides);
    return;
  }
  const { transpose } = engine(backend);
  let left = a;
  let right = b;
  if (transposeA) {
    left = scratch;
    transpose(a, left, 1, inner, m);
  }
  if (transposeB) {
    right = scratch + (transposeA ? 4 * m * inner : 0);
    transpose(b, right, 1, n, inner);
  }
  multiply(backend, left, right, out, m, inner, n);
}

/** aᵀ·b as a sum over blocks of rows, in which both operands are contiguous. */
function blockedProduct(backend: WasmBackend, a: number, b: number, out: number, scratch: number, sides: Sides): void {
  const { m, inner, n } = sides;
  const { addInto, transpose } = engine(backend);
  // XNNPACK repacks its right operand at every call, slower than we transpose the left one: the narrower goes right.
  const isSwapped = n > m;
  const [left, right, rows, columns] = isSwapped ? [b, a, n, m] : [a, b, m, n];
  const partial = scratch + 4 * Math.min(inner, innerBlock) * rows;
  const total = isSwapped ? partial + 4 * m * n : out;
  for (let start = 0; start < inner; start += innerBlock) {
    const depth = Math.min(innerBlock, inner - start);
    transpose(left + 4 * start * rows, scratch, 1, depth, rows);
    multiply(backend, scratch, right + 4 * start * columns, start === 0 ? total : partial, rows, depth, columns);
    if (start > 0) addInto(partial, total, m * n);
  }
  if (isSwapped) transpose(total, out, 1, n, m);
}
