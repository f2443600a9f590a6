// The activations that published configurations name, behind a linear layer.
import * as tf from '@tensorflow/tfjs-core';
import type { Linear } from './linear.ts';

/** `gelu` is exact; `gelu_new` and `gelu_pytorch_tanh` are two names of its tanh approximation. */
export type Activation = 'gelu' | 'gelu_new' | 'gelu_pytorch_tanh' | 'relu';

/** activation(layer(x)); the exact gelu within the layer's own kernel. */
export function activated(layer: Linear, x: tf.Tensor, activation: Activation): tf.Tensor {
  if (activation === 'gelu') return layer.forward(x, 'gelu');
  return tf.tidy(() => {
    const sums = layer.forward(x);
    if (activation === 'relu') return tf.relu(sums);
    // Hendrycks and Gimpel (2016): x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
    const inner = tf.mul(tf.add(sums, tf.mul(tf.mul(tf.square(sums), sums), 0.044715)), Math.sqrt(2 / Math.PI));
    return tf.mul(tf.mul(sums, 0.5), tf.add(tf.tanh(inner), 1));
  });
}
