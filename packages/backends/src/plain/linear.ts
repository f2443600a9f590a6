// The linear layer, with what may follow it at once, on flat arrays in float64.
import { gelu, geluGrad } from './gelu.ts';

export type Activation = 'gelu' | null;

/** The sizes of a product x [rows, inputs] · weightᵀ, weight [outputs, inputs]. */
export interface LinearSizes {
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** activation(x·Wᵀ + b) [rows, outputs], and the activation's slope there (null without one). */
export function linear(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number> | null,
  activation: Activation,
  { rows, inputs, outputs }: LinearSizes,
): { y: Float64Array; slope: Float64Array | null } {
  const sum = new Float64Array(rows * outputs);
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < outputs; o++) {
      let total = bias?.[o] ?? 0;
      for (let i = 0; i < inputs; i++) total += x[r * inputs + i]! * weight[o * inputs + i]!;
      sum[r * outputs + o] = total;
    }
  }
  if (activation === null) return { y: sum, slope: null };
  return { y: gelu(sum), slope: geluGrad(sum, new Float64Array(sum.length).fill(1)) };
}

/** The gradients of that for dy [rows, outputs], given the slope. */
export function linearGrad(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  dy: ArrayLike<number>,
  slope: ArrayLike<number> | null,
  { rows, inputs, outputs }: LinearSizes,
): { dx: Float64Array; dweight: Float64Array; dbias: Float64Array } {
  const dx = new Float64Array(rows * inputs);
  const dweight = new Float64Array(outputs * inputs);
  const dbias = new Float64Array(outputs);
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < outputs; o++) {
      const d = dy[r * outputs + o]! * (slope?.[r * outputs + o] ?? 1);
      dbias[o]! += d;
      for (let i = 0; i < inputs; i++) {
        dx[r * inputs + i]! += d * weight[o * inputs + i]!;
        dweight[o * inputs + i]! += d * x[r * inputs + i]!;
      }
    }
  }
  return { dx, dweight, dbias };
}
