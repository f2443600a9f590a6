// Transposes that swap two neighbouring runs of axes, by 4 x 4 blocks; tfjs walks them one value at a time (7 to 20 times
// slower at 8192 x 512). Any other permutation is tfjs's own.

import { input, sizeOf } from '../kernels/register.ts';
import { engine } from '../kernels/wasm/engine.ts';
import { addressOf, makeOutput } from '../wasm-host/index.ts';
import { alias, type Override } from './override.ts';

export const transpose: Override = {
  kernelName: 'Transpose',
  compute(args, original) {
    const { backend, attrs } = args;
    const x = input(args, 'x');
    const perm = attrs.perm as number[];
    if (x.dtype !== 'float32' && x.dtype !== 'int32') return original(args);
    const shape = perm.map((axis) => x.shape[axis]!);
    const swap = asSwap(x.shape, perm);
    if (swap === 'identity') return alias(backend, x, shape);
    if (swap === undefined || sizeOf(shape) === 0) return original(args);
    const out = makeOutput(backend, shape, x.dtype, 'transpose');
    const { outer, rows, columns } = swap;
    engine(backend).transpose(addressOf(backend, x), addressOf(backend, out), outer, rows, columns);
    return out;
  },
};

/**
 * Axes of size 1 dropped and neighbours that stay neighbours merged: is what remains [outer, rows, columns] with the last
 * two swapped?
 */
export function asSwap(
  shape: readonly number[],
  perm: readonly number[],
): 'identity' | { outer: number; rows: number; columns: number } | undefined {
  const order = perm.filter((axis) => shape[axis] !== 1);
  const sorted = [...order].sort((a, b) => a - b);
  const runs: number[][] = [];
  for (const axis of order) {
    const last = runs.at(-1);
    if (last && sorted.indexOf(axis) === sorted.indexOf(last.at(-1)!) + 1) last.push(axis);
    else runs.push([axis]);
  }
  if (runs.length <= 1) return 'identity';
  const size = (run: readonly number[]): number => run.reduce((a, axis) => a * shape[axis]!, 1);
  const firsts = runs.map((run) => sorted.indexOf(run[0]!));
  if (runs.length === 2) return { outer: 1, rows: size(runs[1]!), columns: size(runs[0]!) };
  if (runs.length === 3 && firsts[0] === 0 && firsts[1]! > firsts[2]!) {
    return { outer: size(runs[0]!), rows: size(runs[2]!), columns: size(runs[1]!) };
  }
  return undefined;
}
