// Matrix products by a kernel of our own, transposes and batches included. tfjs is fast for one plain product of two
// matrices only (XNNPACK, which packs its right operand anew at every call); a flag or a batch takes a slow path, and every
// gradient of a product has a flag.

import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { input, sizeOf } from '../kernels/register.ts';
import { gemm, gemmScratchBytes } from '../kernels/wasm/gemm.ts';
import { addressOf, heapF32, makeOutput, type WasmBackend, withScratch } from '../wasm-host/index.ts';
import { type Override, type WasmArguments, zeros } from './override.ts';

export const batchMatMul: Override = {
  kernelName: 'BatchMatMul',
  compute: (args, original) => product(args) ?? original(args),
};

/**
 * The product of the inputs a and b, with `bias` [n] added to each of its rows, if there is one. Undefined in the cases that
 * are left to tfjs: other dtypes, sizes that do not fit (for which it has a message), and batches that only partly broadcast,
 * which are too rare to be worth a path.
 */
export function product(args: WasmArguments, bias?: TensorInfo): TensorInfo | undefined {
  const { backend, attrs } = args;
  const a = input(args, 'a');
  const b = input(args, 'b');
  const transposeA = Boolean(attrs.transposeA);
  const transposeB = Boolean(attrs.transposeB);
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;

  const batchA = a.shape.slice(0, -2);
  const batchB = b.shape.slice(0, -2);
  const batch = tf.backend_util.assertAndGetBroadcastShape(batchA, batchB);
  const [m, inner] = lastTwo(a.shape, transposeA);
  const [innerB, n] = lastTwo(b.shape, transposeB);
  const isPartly = (own: number[]): boolean => sizeOf(own) !== sizeOf(batch) && sizeOf(own) !== 1;
  const fits = inner === innerB && (bias === undefined || (bias.dtype === 'float32' && sizeOf(bias.shape) === n));
  if (!fits || isPartly(batchA) || isPartly(batchB)) return undefined;

  const shape = [...batch, m, n];
  // Of nothing, tfjs's product leaves the memory as it was.
  if (sizeOf(shape) === 0 || inner === 0) {
    const out = zeros(backend, shape, 'float32', 'matMul');
    if (bias) fillRows(backend, out, bias);
    return out;
  }
  const [stepA, stepB] = [sizeOf(batchA) === 1 ? 0 : 4 * m * inner, sizeOf(batchB) === 1 ? 0 : 4 * inner * n];
  return withScratch(backend, gemmScratchBytes(inner, n), 'matMul', (scratch) => {
    const out = makeOutput(backend, shape, 'float32', 'matMul');
    const [startA, startB, startOut] = [addressOf(backend, a), addressOf(backend, b), addressOf(backend, out)];
    const sizes = { m, inner, n, transposeA, transposeB, isAdded: false, bias: bias ? addressOf(backend, bias) : 0 };
    for (let i = 0; i < sizeOf(batch); i++) {
      const at = { a: startA + i * stepA, b: startB + i * stepB, out: startOut + i * 4 * m * n };
      gemm(backend, scratch, { ...sizes, ...at });
    }
    return out;
  });
}

function fillRows(backend: WasmBackend, out: TensorInfo, bias: TensorInfo): void {
  const row = heapF32(backend, addressOf(backend, bias), sizeOf(bias.shape));
  const values = heapF32(backend, addressOf(backend, out), sizeOf(out.shape));
  for (let at = 0; at < values.length; at += row.length) values.set(row, at);
}

function lastTwo(shape: readonly number[], transposed: boolean): [number, number] {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  return transposed ? [columns, rows] : [rows, columns];
}
