// Holds a mixer against a formula written out in float64: outputs against its values, gradients against its differences.
import { variableGradients } from '@orchid-ml/backends/autodiff';
import type { Module } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { MixingOptions, SequenceMixer } from '../src/index.ts';
import { withoutLeak } from './backends.ts';

export type Values = ArrayLike<number>;
/** x and every parameter by its name, in float64 */
export type Given = Record<string, Float64Array>;
/** all outputs [B, L, D] of what is given */
export type Formula = (given: Given) => Float64Array;

export const noise = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin((i + 1) * 12.9898 + seed * 78.233) * 1.3);

/** rows of x·Wᵀ + b; x [rows, inner], W [outputs, inner] */
export function project(x: Values, weight: Values, bias: Values, inner: number): Float64Array {
  const outputs = bias.length;
  return Float64Array.from({ length: (x.length / inner) * outputs }, (_, i) => {
    const [row, out] = [Math.floor(i / outputs), i % outputs];
    let sum = bias[out]!;
    for (let c = 0; c < inner; c++) sum += x[row * inner + c]! * weight[out * inner + c]!;
    return sum;
  });
}

/** One head: weights(t)[s] may be fractions, multiplicities or zeros of each key's exponential; score(t, s) is what it is of. */
export function softly(
  length: number,
  score: (t: number, s: number) => number,
  times: (t: number, s: number) => number,
): (t: number) => Float64Array {
  return (t) => {
    const keys = Array.from({ length }, (_, s) => s).filter((s) => times(t, s) > 0);
    const scores = keys.map((s) => score(t, s));
    const most = Math.max(...scores);
    const weights = new Float64Array(length);
    let sum = 0;
    for (const [i, s] of keys.entries()) {
      weights[s] = times(t, s) * Math.exp(scores[i]! - most);
      sum += weights[s]!;
    }
    return weights.map((weight) => weight / sum);
  };
}

export async function givenTo(mixer: Module, x: tf.Tensor): Promise<Given> {
  const given: Given = { x: Float64Array.from(await x.data()) };
  for (const [name, { value }] of mixer.namedParameters()) given[name] = Float64Array.from(await value.data());
  return given;
}

/** Padding of two sequences of L: the first has three fewer (or one) at its end, the second one at its beginning. */
export function someMask(batch: number, length: number): Float32Array {
  return Float32Array.from({ length: batch * length }, (_, i) => {
    const [b, t] = [Math.floor(i / length), i % length];
    return b % 2 === 0 ? Number(t < Math.max(1, length - 3)) : Number(t > 0 || length === 1);
  });
}

export interface Agreement {
  batch: number;
  length: number;
  /** made for the x and the mask of the comparison, on which the choices of some mixers rest */
  formula: (x: tf.Tensor3D, mask: tf.Tensor2D | null) => Formula | Promise<Formula>;
  /** with a mask; the answers at real positions are held against the formula */
  mask?: Float32Array | null;
  /** parameters whose gradients the formula does not tell */
  except?: RegExp;
  /** relative to each tensor's largest value */
  tolerance?: number;
  seed?: number;
}

/** Values, 'last', gradients of x and of every parameter, and nothing left behind. The mixer stays the caller's. */
export async function agrees(mixer: SequenceMixer, options: Agreement): Promise<void> {
  const { batch, length, mask: maskValues = null, except, tolerance = 2e-5, seed = 2 } = options;
  const { width } = mixer;
  await withoutLeak(async () => {
    const shape = [batch, length, width] as [number, number, number];
    const x = tf.tensor3d(noise(batch * length * width, seed), shape);
    const mask = maskValues && tf.tensor2d(maskValues, [batch, length]);
    const formula = await options.formula(x, mask);
    const values = await givenTo(mixer, x);
    const want = formula(values);
    const isReal = (i: number) => maskValues === null || maskValues[Math.floor(i / width)] === 1;

    const [all, last] = [mixer.forward(x, { mask }), mixer.forward(x, { mask, positions: 'last' })];
    expect([all.shape, last.shape]).toEqual([shape, [batch, 1, width]]);
    near('y', await all.data(), want, tolerance, isReal);
    const ends = Float64Array.from({ length: batch * width }, (_, i) => {
      return want[(Math.floor(i / width) * length + length - 1) * width + (i % width)]!;
    });
    near('last y', await last.data(), ends, tolerance, (i) => isReal((Math.floor(i / width) + 1) * length * width - 1));

    const dy = noise(want.length, seed + 1).map((value, i) => (isReal(i) ? value : 0));
    const cotangent = tf.tensor3d(dy, shape);
    const loss = () => {
      const y = formula(values);
      return y.reduce((sum, value, i) => sum + (dy[i] === 0 ? 0 : value * dy[i]!), 0);
    };
    const run = (x: tf.Tensor3D, more: MixingOptions = {}) =>
      tf.tidy(() => tf.sum(tf.mul(mixer.forward(x, { mask, ...more }), cotangent)) as tf.Scalar);
    const dx = tf.grad((x) => run(x as tf.Tensor3D))(x);
    await nearSlopes('x', await dx.data(), values.x!, loss, tolerance);
    const named = [...mixer.namedParameters()].filter(([, { variable }]) => variable.trainable);
    const byTfjs = tf.variableGrads(
      () => run(x),
      named.map(([, { variable }]) => variable),
    );
    const ours = variableGradients(
      () => run(x, { recompute: true }),
      named.map(([, { variable }]) => variable),
    );
    for (const [name, { variable }] of named) {
      const got = await byTfjs.grads[variable.name]!.data();
      near(`${name}, recomputed`, await ours.grads[variable.name]!.data(), got, 1e-5);
      if (!except?.test(name)) await nearSlopes(name, got, values[name]!, loss, tolerance);
    }
    tf.dispose([x, all, last, cotangent, dx, byTfjs.value, byTfjs.grads, ours.value, ours.grads]);
    mask?.dispose();
  });
}

/** Each value within `tolerance` of the largest wanted. */
export function near(what: string, got: Values, want: Values, tolerance: number, counts = (_: number) => true): void {
  expect(got.length, what).toBe(want.length);
  let [largest, worst, at] = [1e-2, 0, 0];
  for (let i = 0; i < want.length; i++) {
    if (!counts(i)) continue;
    largest = Math.max(largest, Math.abs(want[i]!));
    const off = Math.abs(got[i]! - want[i]!);
    if (!(off <= worst)) [worst, at] = [off, i];
  }
  expect(worst / largest, `${what}[${at}]: ${got[at]} for ${want[at]}`).toBeLessThan(tolerance);
}

/** A gradient against central differences of `loss` in `values`, in up to 64 of its entries. */
async function nearSlopes(what: string, got: Values, values: Float64Array, loss: () => number, tolerance: number) {
  const step = Math.max(1, Math.ceil(values.length / 64));
  const some = Array.from({ length: Math.ceil(values.length / step) }, (_, i) => i * step);
  const slopes = some.map((i) => {
    const value = values[i]!;
    values[i] = value + 1e-5;
    const up = loss();
    values[i] = value - 1e-5;
    const down = loss();
    values[i] = value;
    return (up - down) / 2e-5;
  });
  near(
    `gradient of ${what}`,
    some.map((i) => got[i]!),
    slopes,
    10 * tolerance,
  );
}
