// The networks that make a convolution kernel from the data (paper, section 3.2): what makes the convolution adaptive.
import { type ComplexPair, dct, rfft } from '@orchid-ml/fft';
import * as tf from '@tensorflow/tfjs-core';
import { Module } from '../nn/module.ts';
import type { Rng } from '../nn/random.ts';
import { checkTensor } from '../ops/checks.ts';
import { phaseSuppression } from '../ops/phase-suppression.ts';
import { splitComplex } from '../ops/split-complex.ts';
import { activations } from './activations.ts';
import { ConvStack } from './conv-stack.ts';
import { absolute, onMagnitude, squared } from './magnitude.ts';
import { type ConditioningOptions, type ConditioningSettings, conditioningSettings } from './options.ts';

/** H as `ddConv` takes it: a complex pair for dft, one real tensor for dct. */
export type Spectrum = ComplexPair | tf.Tensor3D;

/** A network from a sequence to the spectrum of its own convolution kernel. */
export abstract class ConditioningNetwork extends Module {
  constructor(readonly settings: ConditioningSettings) {
    super();
  }

  /**
   * @param u [B, L, width], float32
   * @returns H: for dft a pair of [B, bins, width], where bins is floor(L/2) + 1, or L + 1 with kernelDomain 'time'; for
   *   dct one tensor [B, L, width]
   * @throws Error when u does not fit
   */
  forward(u: tf.Tensor3D): Spectrum {
    checkTensor('ConditioningNetwork', 'u', u, 3);
    if (u.shape[2] !== this.settings.width) {
      throw new Error(`ConditioningNetwork: u has shape [${u.shape}]; want ${this.settings.width} channels`);
    }
    // A pair of tensors is as good as one to a tidy, but not to its type.
    return tf.tidy(() => this.spectrum(u) as tf.Tensor3D) as Spectrum;
  }

  protected abstract spectrum(u: tf.Tensor3D): Spectrum;

  /** F along the sequence. */
  protected transform(u: tf.Tensor3D): Spectrum {
    const { transform, norm, kernelDomain } = this.settings;
    if (transform === 'dct') return dct(u, { axis: 1 }) as tf.Tensor3D;
    return rfft(u, { axis: 1, norm, ...(kernelDomain === 'time' && { n: 2 * u.shape[1] }) });
  }
}

/**
 * Type I, phase suppression: M = |F(time(u))|², H = frequency(M). For dft the frequency side makes two channels of each,
 * the real and the imaginary part. I-time has no frequency side (H = M, real), I-freq no time side. Type I itself, of one
 * layer and in the frequency domain, is one op that keeps its input alone; the other options keep every step's tensor.
 * Parameters: `time.*` and `frequency.*`, each a ConvStack.
 */
class PhaseSuppression extends ConditioningNetwork {
  readonly #time: ConvStack | null;
  readonly #frequency: ConvStack | null;

  constructor(settings: ConditioningSettings, rng: Rng) {
    super(settings);
    const { type, transform } = settings;
    this.#time = type === 'I-freq' ? null : this.addModule('time', new ConvStack(settings, 1, rng));
    this.#frequency =
      type === 'I-time' ? null : this.addModule('frequency', new ConvStack(settings, transform === 'dct' ? 1 : 2, rng));
  }

  protected override spectrum(u: tf.Tensor3D): Spectrum {
    const { layers, kernelDomain, transform, norm, magnitude: measured, paddingMode } = this.settings;
    if (this.#time && this.#frequency && layers === 1 && kernelDomain === 'frequency') {
      const [time, frequency] = [this.#time.onlyLayer(), this.#frequency.onlyLayer()];
      return phaseSuppression(u, { time, frequency, transform, norm, magnitude: measured, paddingMode });
    }
    const spectrum = this.transform(this.#time ? this.#time.forward(u) : u);
    const measure = measured === 'abs' ? absolute : squared;
    const magnitude = measure(spectrum) as tf.Tensor3D;
    const made = this.#frequency ? this.#frequency.forward(magnitude) : magnitude;
    if (transform === 'dct') return made;
    return this.#frequency ? splitComplex(made) : { re: made, im: tf.zerosLike(made) };
  }
}

/** Type II, cross-correlation: H = conj(F(key(u))) ⊙ σ(F(query(u))). Parameters: `key.*` and `query.*`, each a ConvStack. */
class CrossCorrelation extends ConditioningNetwork {
  readonly #key: ConvStack;
  readonly #query: ConvStack;

  constructor(settings: ConditioningSettings, rng: Rng) {
    super(settings);
    this.#key = this.addModule('key', new ConvStack(settings, 1, rng));
    this.#query = this.addModule('query', new ConvStack(settings, 1, rng));
  }

  protected override spectrum(u: tf.Tensor3D): Spectrum {
    const key = this.transform(this.#key.forward(u));
    const query = this.transform(this.#query.forward(u));
    const sigma = activations[this.settings.activation];
    if (key instanceof tf.Tensor || query instanceof tf.Tensor) {
      return tf.mul(key as tf.Tensor3D, sigma(query as tf.Tensor3D)) as tf.Tensor3D;
    }
    const q =
      this.settings.activationOn === 'magnitude' && this.settings.activation !== 'identity'
        ? onMagnitude(query, sigma)
        : { re: sigma(query.re), im: sigma(query.im) };
    return {
      re: tf.add(tf.mul(key.re, q.re), tf.mul(key.im, q.im)),
      im: tf.sub(tf.mul(key.re, q.im), tf.mul(key.im, q.re)),
    };
  }
}

/**
 * Makes a conditioning network of the given type.
 *
 * @param rng draws the first weights
 * @throws Error for an unknown option, a value out of range or options that exclude each other
 */
export function createConditioning(options: ConditioningOptions, rng: Rng): ConditioningNetwork {
  const settings = conditioningSettings(options);
  return settings.type === 'II' ? new CrossCorrelation(settings, rng) : new PhaseSuppression(settings, rng);
}
