// Transposes that swap two neighbouring runs of axes, by 4 x 4 blocks where they are the last ones, else row by row; tfjs
// walks them one value at a time (7 to 20 times slower at 8192 x 512). Any other permutation is tfjs's own.
import { input, sizeOf } from '../kernels/register.ts';
import { engine } from '../kernels/wasm/engine.ts';
import { addressOf, makeOutput, type WasmBackend } from '../wasm-host/index.ts';
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
    const { outer, rows, columns, inner } = swap;
    const [from, to] = [addressOf(backend, x), addressOf(backend, out)];
    if (inner === 1) engine(backend).transpose(from, to, outer, rows, columns);
    else swapRuns(backend, from, to, swap);
    return out;
  },
};

/** [outer, rows, columns, inner] to [outer, columns, rows, inner] */
export interface Swap {
  readonly outer: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
}

function swapRuns(backend: WasmBackend, from: number, to: number, { outer, rows, columns, inner }: Swap): void {
  const { copyRuns } = engine(backend);
  const bytes = 4 * inner;
  const [row, column] = [bytes * columns, bytes * rows];
  for (let o = 0; o < outer; o++) {
    const start = o * rows * row;
    // A call goes along the longer axis, so that there are few of them.
    if (rows >= columns) {
      for (let c = 0; c < columns; c++) {
        copyRuns(from + start + c * bytes, to + start + c * column, rows, bytes, row, bytes);
      }
    } else {
      for (let r = 0; r < rows; r++)
        copyRuns(from + start + r * row, to + start + r * bytes, columns, bytes, bytes, column);
    }
  }
}

/** The permutation as a swap, axes of size 1 dropped and neighbours that stay neighbours merged; undefined if it is none. */
export function asSwap(shape: readonly number[], perm: readonly number[]): 'identity' | Swap | undefined {
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
  const outer = runs[0]![0] === sorted[0] ? size(runs.shift()!) : 1;
  const inner = runs.at(-1)!.at(-1) === sorted.at(-1) ? size(runs.pop()!) : 1;
  return runs.length === 2 ? { outer, rows: size(runs[1]!), columns: size(runs[0]!), inner } : undefined;
}
