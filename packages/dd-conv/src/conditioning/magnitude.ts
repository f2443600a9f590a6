// |U| and |U|² of a spectrum. The slope of |U| at zero does not exist; training needs a finite one, so it is 0.
import type { ComplexPair } from '@orchid-ml/fft';
import * as tf from '@tensorflow/tfjs-core';

/** |u| of a real or complex spectrum, elementwise, with gradient 0 where u is 0. */
export function absolute(u: tf.Tensor | ComplexPair): tf.Tensor {
  if (u instanceof tf.Tensor) {
    return tf.customGrad((...args) => {
      const [x, save] = args as [tf.Tensor, tf.GradSaveFunc];
      save([x]);
      return { value: tf.abs(x), gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, tf.sign(saved[0]!)) };
    })(u);
  }
  return tf.customGrad((...args) => {
    const [re, im, save] = args as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const value = tf.sqrt(tf.add(tf.square(re), tf.square(im)));
    save([re, im, value]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [re, im, magnitude] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        const slope = tf.divNoNan(dy, magnitude);
        return [tf.mul(re, slope), tf.mul(im, slope)];
      },
    };
  })(u.re, u.im);
}

/** |u|² of a real or complex spectrum, elementwise. */
export function squared(u: tf.Tensor | ComplexPair): tf.Tensor {
  if (u instanceof tf.Tensor) return tf.square(u);
  return tf.tidy(() => tf.add(tf.square(u.re), tf.square(u.im)));
}

/** a / b, and 0 where b is 0, with gradients 0 there. */
const safeQuotient = tf.customGrad((...args) => {
  const [a, b, save] = args as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
  const value = tf.divNoNan(a, b);
  save([b, value]);
  return {
    value,
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [b, value] = saved as [tf.Tensor, tf.Tensor];
      const da = tf.divNoNan(dy, b);
      return [da, tf.neg(tf.mul(da, value))];
    },
  };
});

/** The complex number of the same phase as u and of magnitude f(|u|); 0 where u is 0, with gradient 0. */
export function onMagnitude(u: ComplexPair, f: (magnitude: tf.Tensor) => tf.Tensor): ComplexPair {
  return tf.tidy(() => {
    const magnitude = absolute(u);
    const scale = safeQuotient(f(magnitude), magnitude);
    return { re: tf.mul(u.re, scale), im: tf.mul(u.im, scale) };
  });
}
