// The short convolution over a sequence: depthwise, with a multiplier, or in small groups, channels last.
import * as tf from '@tensorflow/tfjs-core';
import type { GroupedConv1dAttrs } from '../plain/grouped-conv1d.ts';
import { type ConvPadding, type PaddingMode, paddedRows } from '../plain/padded-rows.ts';
import { any, checkTensor } from './checks.ts';
import { differentiable, hasKernel, runKernel } from './differentiable.ts';
import { halvable } from './halvable.ts';

export interface GroupedConv1dOptions {
  /** divides both Cin and Cout; Cin for a depthwise convolution */
  readonly groups: number;
  /** 'same' centres the filter (odd taps), 'causal' sees only what came before */
  readonly padding: ConvPadding;
  /** what lies beyond the ends; 'zeros' unless told */
  readonly mode?: PaddingMode;
}

/**
 * Cross-correlation along the length, as torch's Conv1d, but channels last:
 * y[b, l, o] = bias[o] + Σ_{i,t} weight[o, i, t]·x[b, l + t - before, group(o)·Cin/groups + i].
 *
 * @param x float32 [B, L, Cin]
 * @param weight float32 [Cout, Cin/groups, m], torch's layout
 * @param bias float32 [Cout], or null
 * @returns float32 [B, L, Cout]
 * @throws Error when a dtype, shape or option does not fit
 */
export function groupedConv1d(
  x: tf.Tensor3D,
  weight: tf.Tensor3D,
  bias: tf.Tensor1D | null,
  options: GroupedConv1dOptions,
): tf.Tensor3D {
  const { groups, padding, mode = 'zeros' } = options;
  checkTensor('groupedConv1d', 'x', x, 'float32', [any, any, any]);
  const [batch, length, inputs] = x.shape;
  if (!Number.isInteger(groups) || groups < 1 || inputs % groups !== 0) {
    throw new Error(`groupedConv1d: groups must divide the ${inputs} channels of x, got ${groups}`);
  }
  checkTensor('groupedConv1d', 'weight', weight, 'float32', [any, inputs / groups, any]);
  const [outputs, , taps] = weight.shape;
  if (outputs % groups !== 0 || taps < 1) {
    throw new Error(
      `groupedConv1d: weight must be [a multiple of ${groups}, ${inputs / groups}, 1 or more], got [${weight.shape}]`,
    );
  }
  if (bias) checkTensor('groupedConv1d', 'bias', bias, 'float32', [outputs]);
  checkOption('padding', padding, ['same', 'causal']);
  checkOption('mode', mode, ['zeros', 'reflect', 'circular']);
  const rows = paddedRows(length, taps, padding, mode);
  if (!hasKernel('OrchidGroupedConv1d')) return composed(x, weight, bias, groups, rows);

  const sizes: GroupedConv1dAttrs = { batch, length, inputs, outputs, groups, taps, rows, padding, mode };
  return differentiable<tf.Tensor3D>([x, weight, bias], (save) => {
    save([halvable(x), weight]);
    const [y] = runKernel('OrchidGroupedConv1d', { x, weight, bias }, { ...sizes });
    return {
      value: y as tf.Tensor3D,
      gradient: (dy, [x, weight]) => runKernel('OrchidGroupedConv1dGrad', { x: x!, weight: weight!, dy }, { ...sizes }),
    };
  });
}

function checkOption(name: string, value: string, wanted: readonly string[]): void {
  if (!wanted.includes(value)) {
    throw new Error(`groupedConv1d: ${name} must be ${wanted.map((w) => `'${w}'`).join(' or ')}, got '${value}'`);
  }
}

/** One shifted product a tap, out of ops that every engine has. */
function composed(
  x: tf.Tensor3D,
  weight: tf.Tensor3D,
  bias: tf.Tensor1D | null,
  groups: number,
  rows: Int32Array,
): tf.Tensor3D {
  const [batch, length, inputs] = x.shape;
  const [outputs, inGroup, taps] = weight.shape;
  return tf.tidy(() => {
    // Position `length` of the extended sequence is the zero that row -1 stands for.
    const extended = tf.concat([x, tf.zeros([batch, 1, inputs])], 1);
    const index = rows.map((row) => (row < 0 ? length : row));
    const filters = tf.reshape(weight, [groups, outputs / groups, inGroup, taps]);
    const terms: tf.Tensor[] = [];
    for (let t = 0; t < taps; t++) {
      const shifted = tf.gather(extended, tf.tensor1d(index.subarray(t, t + length), 'int32'), 1);
      const spread = tf.reshape(shifted, [batch, length, groups, 1, inGroup]);
      const filter = tf.reshape(tf.slice(filters, [0, 0, 0, t], [-1, -1, -1, 1]), [groups, outputs / groups, inGroup]);
      terms.push(tf.sum(tf.mul(spread, filter), -1));
    }
    const y = tf.reshape(tf.addN(terms), [batch, length, outputs]);
    return (bias ? tf.add(y, bias) : y) as tf.Tensor3D;
  });
}
