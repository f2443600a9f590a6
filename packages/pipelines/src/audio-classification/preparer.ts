// Reads sounds for a model of waveforms.
import { decodeWav, fitLength, mixDown, resample } from '@orchid-ml/datasets';
import type { ConfigOf } from '@orchid-ml/orchid-models';
import { checkCount, checkObject, checkTop, shown } from '../checks.ts';
import { InputError } from '../input-error.ts';
import { PREPROCESSOR_FILE } from '../preprocessor/parse.ts';
import type { AudioClassificationPreprocessor } from '../preprocessor/schema.ts';
import type { Prepared, Preparer, TopOptions } from '../types.ts';

export type AudioClassificationInput =
  | {
      /** A WAV file: PCM or float, any rate; several channels are mixed down. */
      readonly wav: Uint8Array;
      /** What errors call the file, such as its path. */
      readonly name?: string;
    }
  | {
      /** Of one channel, -1 to 1. */
      readonly samples: Float32Array | readonly number[];
      /** Samples a second. */
      readonly sampleRate: number;
    };

export interface AudioClassificationPrepared extends Prepared {
  readonly task: 'audio-classification';
  /** float32 [samples] at the model's rate */
  readonly samples: Float32Array;
  readonly top: number;
}

export type AudioClassificationConfig = ConfigOf<'orchid-audio'>;

export class AudioClassificationPreparer
  implements Preparer<AudioClassificationInput, TopOptions, AudioClassificationPrepared>
{
  readonly task = 'audio-classification';
  readonly config: AudioClassificationConfig;
  /** Samples a second, and samples of a sound; config.json says both where no preprocessor_config.json does. */
  readonly preprocessor: Pick<AudioClassificationPreprocessor, 'sampling_rate' | 'samples'>;
  readonly #positions: number;

  /** @throws Error naming the key that does not fit the model */
  constructor(config: AudioClassificationConfig, preprocessor: AudioClassificationPreprocessor | null) {
    const { sampling_rate, max_samples: longest, conv_stride: strides, pooling } = config;
    const samples = preprocessor?.samples ?? longest;
    if (samples > longest) {
      throw new Error(`${PREPROCESSOR_FILE}: samples is ${samples}; the model takes at most ${longest}`);
    }
    if (preprocessor && preprocessor.sampling_rate !== sampling_rate) {
      throw new Error(
        `${PREPROCESSOR_FILE}: sampling_rate is ${preprocessor.sampling_rate}; the model's is ${sampling_rate}`,
      );
    }
    this.config = config;
    this.preprocessor = { sampling_rate, samples };
    const afterStem = strides.reduce((length, stride) => Math.ceil(length / stride), samples);
    this.#positions = afterStem + Number(pooling === 'cls');
  }

  prepare(input: AudioClassificationInput, { top }: TopOptions = {}): AudioClassificationPrepared {
    checkObject('input', input);
    const { sampling_rate: rate, samples: length } = this.preprocessor;
    const read = 'wav' in input ? readWav(input) : readSamples(input);
    const samples = fitLength(atRate(read, rate, length), length);
    return {
      task: 'audio-classification',
      bucket: 'sound',
      positions: this.#positions,
      samples,
      top: checkTop(top),
    };
  }
}

interface Sound {
  readonly samples: Float32Array;
  readonly sampleRate: number;
  /** where the rate came from */
  readonly field: string;
}

function readWav({ wav, name }: AudioClassificationInput & { readonly wav: unknown; readonly name?: string }): Sound {
  if (!(wav instanceof Uint8Array)) {
    throw new InputError('wav', `wav is ${shown(wav)}; want a Uint8Array of a WAV file's bytes`);
  }
  try {
    const decoded = decodeWav(wav, name);
    const samples = mixDown(decoded);
    if (samples.length === 0) throw new Error(`${name ?? 'WAV data'}: it has no samples`);
    if (samples.some((value) => !Number.isFinite(value)))
      throw new Error(`${name ?? 'WAV data'}: a sample is no number`);
    return { samples, sampleRate: decoded.sampleRate, field: 'wav' };
  } catch (error) {
    throw new InputError('wav', (error as Error).message, { cause: error });
  }
}

function readSamples(
  input: AudioClassificationInput & { readonly samples?: unknown; readonly sampleRate?: unknown },
): Sound {
  const { samples, sampleRate } = input;
  if (!(samples instanceof Float32Array || Array.isArray(samples))) {
    throw new InputError(
      'samples',
      `samples is ${shown(samples)}; want a Float32Array or a list of numbers (or a file: wav)`,
    );
  }
  const values = samples as Float32Array | readonly unknown[];
  if (values.length === 0) throw new InputError('samples', 'samples is empty; want at least one');
  const wrong = values.findIndex((value) => !(typeof value === 'number' && Number.isFinite(value)));
  if (wrong >= 0) {
    throw new InputError('samples', `samples[${wrong}] is ${shown(values[wrong] ?? null)}; want a number`);
  }
  return {
    samples: Float32Array.from(values as ArrayLike<number>),
    sampleRate: checkCount('sampleRate', sampleRate),
    field: 'sampleRate',
  };
}

/** The middle of a sound, which is all that the model gets. @throws InputError for a rate that no recording has */
function atRate({ samples, sampleRate, field }: Sound, rate: number, length: number): Float32Array {
  try {
    return resample(samples, sampleRate, rate, length);
  } catch (error) {
    throw new InputError(field, (error as Error).message, { cause: error });
  }
}
