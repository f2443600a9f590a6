// Speech Commands and spoken digits: waveforms in memory, read once and shared by the threads of a run.
import {
  backgroundNoise,
  type Clips,
  chain,
  clipExamples,
  ExampleDataset,
  gain,
  subset,
  timeShift,
  whiteNoise,
} from '@orchid-ml/datasets';
import { type ReadClips, readFsdd, readSpeechCommands } from '@orchid-ml/datasets/node';
import type { ModelConfigInput } from '@orchid-ml/orchid-models';
import type { SpeechConfig } from '../../config/signal-schema.ts';
import { sharedCopy } from '../shared-memory.ts';
import { mixing } from './augment.ts';
import { classKind } from './kind.ts';
import { batchesOf, splitOff } from './small-images.ts';
import type { ClassSource } from './source.ts';

interface Loaded {
  readonly train: Clips;
  /** null for data without such a part */
  readonly validation: Clips | null;
  readonly test: Clips;
  readonly background: readonly Float32Array[];
}

const source: ClassSource<SpeechConfig, Loaded> = {
  name: 'speech-commands',
  title: 'Training Orchid on spoken words',
  example: 'recording',
  wants: 'the folder of Speech Commands or of FSDD, or a .tar.gz of it',
  fixed: ['data.length', 'data.sample_rate', 'data.words', 'data.unknown', 'data.silence', 'data.layout'],

  async load({ data, seed }, path) {
    const { sample_rate: sampleRate, length, on_bad_audio: onBadAudio, words, unknown, silence, parts } = data;
    const clip = { sampleRate, length, onBadAudio };
    const read =
      data.layout === 'fsdd'
        ? { ...(await readFsdd(path, clip)), validation: null, background: [] }
        : await readSpeechCommands(path, { ...clip, ...(words && { words }), unknown, silence, parts, seed });
    const all: (Clips & Partial<ReadClips>)[] = [read.train, read.test, ...(read.validation ? [read.validation] : [])];
    const shared = ({ samples, labels, classes }: Clips): Clips => ({
      samples: sharedCopy(samples),
      labels,
      length,
      sampleRate,
      classes,
    });
    const loaded: Loaded = {
      train: shared(read.train),
      validation: read.validation && shared(read.validation),
      test: shared(read.test),
      background: read.background.map((noise) => sharedCopy(noise)),
    };
    return { loaded, skipped: all.reduce((sum, { skipped = [] }) => sum + skipped.length, 0) };
  },

  classesOf: ({ train }) => train.classes,

  dataset(config, { train, validation, test, background }) {
    const { shift, gain_db, noise, background: volume, validation_examples } = config.data;
    for (const [name, part] of Object.entries({ train, test })) {
      if (part.labels.length === 0) {
        throw new Error(
          `there are no recordings in the ${name} part; for a copy of the data that has but one part there is ` +
            '--set data.parts=speakers',
        );
      }
    }
    if (volume > 0 && background.length === 0) {
      throw new Error(`data.background is ${volume}, but the data has no recordings of background noise; want 0`);
    }
    const augmented = chain(
      ...(shift > 0 ? [timeShift(shift)] : []),
      ...(gain_db > 0 ? [gain(-gain_db, gain_db)] : []),
      ...(volume > 0 ? [backgroundNoise(background, { volume })] : []),
      ...(noise > 0 ? [whiteNoise(noise)] : []),
    );
    if (validation_examples === null && validation === null) {
      throw new Error(
        'data.validation_examples is null, but the data has no validation part of its own; want a number',
      );
    }
    const parts = splitOff(train.labels.length, validation_examples ?? 0);
    const tested = clipExamples(test);
    const held = validation_examples === null ? clipExamples(validation!) : subset(clipExamples(train), parts.held);
    const options = { batchSize: config.training.batch_size, seed: config.seed };
    const data = new ExampleDataset({
      ...options,
      train: subset(clipExamples(train, augmented), parts.train),
      evaluation: held.labels.length > 0 ? held : tested,
      ...mixing(config.data),
    });
    return { data, testCount: test.labels.length, test: () => batchesOf(tested, options) };
  },

  positions: ({ data, model }) => model.conv_stride.reduce((length, stride) => Math.ceil(length / stride), data.length),

  model: ({ data, model }) =>
    ({
      model_type: 'orchid-audio',
      sampling_rate: data.sample_rate,
      max_samples: data.length,
      ...model,
    }) as ModelConfigInput,

  preprocessor: ({ data }) => ({
    task: 'audio-classification',
    sampling_rate: data.sample_rate,
    samples: data.length,
  }),
};

export const speechCommands = classKind(source);
