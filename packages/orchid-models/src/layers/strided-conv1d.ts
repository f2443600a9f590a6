// A convolution that shortens a sequence: the first layers over a raw waveform.
import { linear } from '@orchid-ml/backends/ops';
import { kaimingUniform, Module, type Parameter, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { checkCount } from './checks.ts';

export interface StridedConv1dOptions {
  inChannels: number;
  outChannels: number;
  /** taps k */
  kernelSize: number;
  /** s: every s-th position is computed */
  stride: number;
}

/**
 * y[t] = b + Σ_j w[j]·x[t·s + j - before], zeros beyond the ends, ceil(L/s) positions, as many zeros on the left as on the right (or
 * one fewer). Computed as one matrix product over frames: on wasm a strided tf.conv1d has no fast gradient.
 * Parameters: `weight` [out, in, k], `bias` [out], uniform in ±1/sqrt(in·k) at first, as in PyTorch's Conv1d.
 */
export class StridedConv1d extends Module {
  readonly options: Readonly<StridedConv1dOptions>;
  readonly #weight: Parameter;
  readonly #bias: Parameter;

  /** @throws Error for an option that is not a positive integer */
  constructor(options: StridedConv1dOptions, rng: Rng) {
    super();
    for (const key of ['inChannels', 'outChannels', 'kernelSize', 'stride'] as const) {
      checkCount(`StridedConv1d: ${key}`, options[key]);
    }
    this.options = options;
    const { inChannels, outChannels, kernelSize } = options;
    const fanIn = inChannels * kernelSize;
    const weight = kaimingUniform(rng, [outChannels, inChannels, kernelSize], fanIn);
    this.#weight = this.addParameter('weight', weight);
    this.#bias = this.addParameter('bias', kaimingUniform(rng, [outChannels], fanIn));
  }

  /** Positions that a sequence of `length` has afterwards. */
  outLength(length: number): number {
    return Math.ceil(length / this.options.stride);
  }

  /**
   * @param x [B, L, in] float32
   * @returns [B, ceil(L/s), out]
   * @throws Error for another shape
   */
  forward(x: tf.Tensor3D): tf.Tensor3D {
    const { inChannels, outChannels, kernelSize, stride } = this.options;
    if (x.rank !== 3 || x.shape[2] !== inChannels || x.shape[1] < 1) {
      throw new Error(`StridedConv1d: x has the shape [${x.shape}], want [batch, length, ${inChannels}]`);
    }
    const [batch, length] = x.shape;
    const count = this.outLength(length);
    // A frame is this many whole strides; taps that it has too many are zeros.
    const strides = Math.ceil(kernelSize / stride);
    const before = Math.max(0, Math.floor(((count - 1) * stride + kernelSize - length) / 2));
    const total = (count + strides - 1) * stride;
    return tf.tidy(() => {
      const end = Math.min(length, total - before);
      const kept = end === length ? x : tf.slice(x, [0, 0, 0], [batch, end, inChannels]);
      const padded = tf.pad(kept, [
        [0, 0],
        [before, total - before - end],
        [0, 0],
      ]);
      const chunks = tf.reshape(padded, [batch, count + strides - 1, stride * inChannels]);
      const shifted = Array.from({ length: strides }, (_, j) =>
        tf.slice(chunks, [0, j, 0], [batch, count, stride * inChannels]),
      );
      const frames = strides === 1 ? shifted[0]! : tf.concat(shifted, 2);
      const taps = tf.pad(tf.transpose(this.#weight.value, [0, 2, 1]), [
        [0, 0],
        [0, strides * stride - kernelSize],
        [0, 0],
      ]);
      const flat = tf.reshape(taps, [outChannels, strides * stride * inChannels]) as tf.Tensor2D;
      return linear(frames, flat, this.#bias.value as tf.Tensor1D) as tf.Tensor3D;
    });
  }
}
