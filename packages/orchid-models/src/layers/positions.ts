// Which positions of a sequence are wanted: whoever needs the last one alone need not compute the others after the last mixing.
import * as tf from '@tensorflow/tfjs-core';

export type Positions = 'all' | 'last';

/** x [B, L, D] -> itself, or its last position [B, 1, D]. */
export function atPositions(x: tf.Tensor3D, positions: Positions): tf.Tensor3D {
  const [batch, length, width] = x.shape;
  return positions === 'all' ? x : tf.slice(x, [0, length - 1, 0], [batch, 1, width]);
}
