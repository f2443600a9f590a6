// |U| and |U|² of a spectrum. The slope of |U| at zero does not exist; training needs a finite one, so it is 0.
import type { ComplexPair } from '@orchid-ml/fft';
import * as tf from '@tensorflow/tfjs-core';

/** x where it is positive, elsewhere `other`, and where it is: lets a quotient by x stay finite, its gradient too. */
function positiveOr(x: tf.Tensor, other: number): { isPositive: tf.Tensor; safe: tf.Tensor } {
  const isPositive = tf.greater(x, tf.scalar(0));
  return { isPositive, safe: tf.where(isPositive, x, tf.fill(x.shape, other)) };
}

/** |u| of a real or complex spectrum, elementwise, with gradient 0 where u is 0. */
export function absolute(u: tf.Tensor | ComplexPair): tf.Tensor {
  if (u instanceof tf.Tensor) {
    const f = tf.customGrad((x, save) => {
      (save as tf.GradSaveFunc)([x as tf.Tensor]);
      return {
        value: tf.abs(x as tf.Tensor),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, tf.sign(saved[0]!)),
      };
    });
    return f(u);
  }
  return tf.tidy(() => {
    const square = squared(u);
    const { isPositive, safe } = positiveOr(square, 1);
    return tf.where(isPositive, tf.sqrt(safe), tf.zerosLike(square));
  });
}

/** |u|² of a real or complex spectrum, elementwise. */
export function squared(u: tf.Tensor | ComplexPair): tf.Tensor {
  if (u instanceof tf.Tensor) return tf.square(u);
  return tf.tidy(() => tf.add(tf.square(u.re), tf.square(u.im)));
}

/** The complex number of the same phase as u and of magnitude f(|u|); 0 where u is 0, with gradient 0. */
export function onMagnitude(u: ComplexPair, f: (magnitude: tf.Tensor) => tf.Tensor): ComplexPair {
  return tf.tidy(() => {
    const magnitude = absolute(u);
    const { isPositive, safe } = positiveOr(magnitude, 1);
    const scale = tf.where(isPositive, tf.div(f(magnitude), safe), tf.zerosLike(magnitude));
    return { re: tf.mul(u.re, scale), im: tf.mul(u.im, scale) };
  });
}
