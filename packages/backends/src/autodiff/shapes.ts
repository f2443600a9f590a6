// What ops of TensorFlow.js save for its shape alone is let go: the sum x + f(x) beside every layer would keep both its sides.
import * as tf from '@tensorflow/tfjs-core';

/** Ops whose gradients ask nothing else of what they saved (tfjs-core 4.22, dist/gradients). */
const shapesAlone = new Set<string>([tf.Add, tf.Sub, tf.Reshape, tf.ExpandDims, tf.Slice, tf.Concat, tf.Sum, tf.Mean]);

/** A tensor as those gradients see it. */
class Shape implements Pick<tf.Tensor, 'shape' | 'rank' | 'size' | 'dtype'> {
  readonly shape: number[];
  readonly rank: number;
  readonly size: number;
  readonly dtype: tf.DataType;

  constructor({ shape, rank, size, dtype }: tf.Tensor) {
    [this.shape, this.rank, this.size, this.dtype] = [shape, rank, size, dtype];
  }

  /** tfjs frees what it saved one by one. */
  dispose(): void {}
}

/** Puts shapes in the place of what such an op saved; its gradient holds the same list. */
export function keepShapes({ kernelName, saved }: { kernelName: string; saved?: tf.Tensor[] }): void {
  if (!saved || !shapesAlone.has(kernelName)) return;
  for (const [i, tensor] of saved.entries()) {
    saved[i] = new Shape(tensor) as unknown as tf.Tensor;
    tensor.dispose();
  }
}
