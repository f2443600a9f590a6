// Grouped convolution over a sequence on flat arrays in float64: the reference of every engine's kernel, and what the cpu
// engine runs.

import type { ConvPadding, PaddingMode } from './padded-rows.ts';

type Values = ArrayLike<number>;

/** Sizes of one grouped convolution; `rows` is where each padded position is read from (see paddedRows). */
export interface GroupedConv1dSizes {
  readonly batch: number;
  readonly length: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly groups: number;
  readonly taps: number;
  /** [length + taps - 1]: the position that feeds it, or -1 for a zero */
  readonly rows: Int32Array;
}

/** How `rows` came about, for engines that compute it where they need it. */
export interface GroupedConv1dAttrs extends GroupedConv1dSizes {
  readonly padding: ConvPadding;
  readonly mode: PaddingMode;
}

/** y[b, l, o] = bias[o] + Σ_{i, t} weight[o, i, t]·x[b, rows[l + t], first(o) + i], first(o) the group's first input. */
export function groupedConv1d(x: Values, weight: Values, bias: Values | null, sizes: GroupedConv1dSizes): Float64Array {
  const y = new Float64Array(sizes.batch * sizes.length * sizes.outputs);
  if (bias) for (let i = 0; i < y.length; i++) y[i] = bias[i % sizes.outputs]!;
  eachProduct(sizes, (output, input, w) => {
    y[output]! += weight[w]! * x[input]!;
  });
  return y;
}

/** The gradient of {@link groupedConv1d} for x, weight and bias, given dy. */
export function groupedConv1dGrad(x: Values, weight: Values, dy: Values, sizes: GroupedConv1dSizes) {
  const dx = new Float64Array(sizes.batch * sizes.length * sizes.inputs);
  const dweight = new Float64Array(weight.length);
  const dbias = new Float64Array(sizes.outputs);
  for (let i = 0; i < dy.length; i++) dbias[i % sizes.outputs]! += dy[i]!;
  eachProduct(sizes, (output, input, w) => {
    dx[input]! += weight[w]! * dy[output]!;
    dweight[w]! += x[input]! * dy[output]!;
  });
  return { dx, dweight, dbias };
}

function eachProduct(sizes: GroupedConv1dSizes, visit: (output: number, input: number, weight: number) => void): void {
  const { batch, length, inputs, outputs, groups, taps, rows } = sizes;
  const inGroup = inputs / groups;
  const outGroup = outputs / groups;
  for (let b = 0; b < batch; b++) {
    for (let l = 0; l < length; l++) {
      for (let t = 0; t < taps; t++) {
        const row = rows[l + t]!;
        if (row < 0) continue;
        for (let o = 0; o < outputs; o++) {
          const first = Math.floor(o / outGroup) * inGroup;
          for (let i = 0; i < inGroup; i++) {
            visit(
              (b * length + l) * outputs + o,
              (b * length + row) * inputs + first + i,
              (o * inGroup + i) * taps + t,
            );
          }
        }
      }
    }
  }
}
