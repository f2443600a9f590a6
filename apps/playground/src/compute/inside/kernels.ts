// Kernels as people look at them: what an impulse is answered with, and the coefficients that the transform multiplies by.
import { type DdConvOptions, ddConv } from '@orchid-ml/dd-conv';
import { dct, rfft } from '@orchid-ml/fft';
import type { OrchidInside } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelViews } from '../../shared/look.ts';

type Kernel = Pick<DdConvOptions, 'kernel' | 'spectrum'>;
type Settings = Pick<OrchidInside, 'transform' | 'norm' | 'kernelDomain'>;

/**
 * Both views of a kernel, or of a spectrum, as `ddConv` applies it, without skip and gates.
 *
 * @param kernel one of the two: h0 [L, D], or H of one example
 * @param length L
 * @param width D
 */
export async function viewsOf(
  kernel: Kernel,
  { transform, norm, kernelDomain }: Settings,
  [length, width]: readonly [number, number],
): Promise<KernelViews> {
  const answerAt = (position: number) =>
    tf.tidy(() => ddConv(impulse(position, length, width), { ...kernel, transform, norm, kernelDomain }));
  const middle = answerAt(Math.floor(length / 2));
  const coefficients = transform === 'dct' ? cosine(kernel) : fourier(answerAt);
  try {
    const { re, im } = coefficients;
    const [time, real, imaginary] = await Promise.all([middle.data(), re.data(), im?.data() ?? null]);
    return { time: copy(time), re: copy(real), im: imaginary && copy(imaginary) };
  } finally {
    tf.dispose([middle, coefficients.re, ...(coefficients.im ? [coefficients.im] : [])]);
  }
}

/** 1 in every channel at one position, [1, L, D]. */
function impulse(position: number, length: number, width: number): tf.Tensor3D {
  const values = new Float32Array(length * width);
  values.fill(1, position * width, (position + 1) * width);
  return tf.tensor3d(values, [1, length, width]);
}

/** The spectrum of the filter that it comes to, whichever domain and norm it was made in. */
function fourier(answerAt: (position: number) => tf.Tensor3D): { re: tf.Tensor; im: tf.Tensor | null } {
  return tf.tidy(() => rfft(answerAt(0), { axis: 1, norm: 'backward' }) as unknown as tf.TensorContainerObject) as {
    re: tf.Tensor;
    im: tf.Tensor;
  };
}

/** The coefficients that those of the signal are multiplied by. */
function cosine({ kernel, spectrum }: Kernel): { re: tf.Tensor; im: tf.Tensor | null } {
  return { re: kernel ? dct(kernel, { axis: 0 }) : tf.clone(spectrum as tf.Tensor3D), im: null };
}

/** The engine may keep what it gives. */
function copy(values: ArrayLike<number>): Float32Array {
  return Float32Array.from(values);
}
