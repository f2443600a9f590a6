// Orchid for sounds: it reads the waveform itself, no spectrogram.
import type { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import type { ConfigOf } from '../config/index.ts';
import { stemLength } from '../config/models/orchid-audio.ts';
import { WaveStem } from '../layers/wave-stem.ts';
import type { Classifier, ClassifyOptions } from './classifier.ts';
import { SignalClassifier } from './signal-classifier.ts';

/**
 * Classifier of raw waveforms: a strided stem, or every sample a position, then blocks with any of the mixers, pooling.
 * Parameters: `stem.*` and those of `SignalClassifier`.
 */
export class OrchidAudio extends SignalClassifier<ConfigOf<'orchid-audio'>> implements Classifier<tf.Tensor2D> {
  readonly #stem: WaveStem;

  constructor(config: ConfigOf<'orchid-audio'>, rng: Rng) {
    const { conv_dim, conv_kernel, conv_stride, hidden_size: width, layer_norm_eps: eps } = config;
    const stages = conv_dim.map((channels, i) => ({
      channels,
      kernelSize: conv_kernel[i]!,
      stride: conv_stride[i]!,
    }));
    const stem = new WaveStem({ stages, width, eps }, rng);
    super(config, stemLength(config, config.max_samples), rng);
    this.#stem = this.addModule('stem', stem);
  }

  /**
   * Scores before softmax.
   *
   * @param wave [B, L] float32, L from 1 to max_samples, at sampling_rate samples a second
   * @returns [B, num_labels]
   * @throws Error for another shape or dtype, and a longer waveform
   */
  classify(wave: tf.Tensor2D, options: ClassifyOptions = {}): tf.Tensor2D {
    this.#check(wave);
    return tf.tidy(() => this.classifySequence(this.#stem.forward(wave), options));
  }

  /**
   * The body alone, after the last norm.
   *
   * @param wave as {@link classify} takes it
   * @returns [B, positions, D], positions those of the stem; with pooling 'cls' one more, the class token's state first
   * @throws Error as {@link classify} does
   */
  hidden(wave: tf.Tensor2D, options: ClassifyOptions = {}): tf.Tensor3D {
    this.#check(wave);
    return tf.tidy(() => this.hiddenSequence(this.#stem.forward(wave), options));
  }

  #check(wave: tf.Tensor2D): void {
    const { max_samples: longest } = this.config;
    if (wave.rank !== 2 || wave.dtype !== 'float32') {
      throw new Error(
        `OrchidAudio: the waves are ${wave.dtype} of shape [${wave.shape}], want float32 of [batch, samples]`,
      );
    }
    const samples = wave.shape[1];
    if (samples < 1 || samples > longest) {
      throw new Error(`OrchidAudio: the waves have ${samples} samples; max_samples allows 1 to ${longest}`);
    }
  }
}
