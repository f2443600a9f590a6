// What presets for images and sounds say: the data, what augments it, and models that label signals.
import { z } from 'zod';
import { fraction, mixerKeys, optimizer, positive, schedule, seed, training, whole } from './schema-parts.ts';

/** Of models that label signals, whatever makes a sequence of them. */
const body = {
  hidden_size: whole(1).describe('width D of the model'),
  num_hidden_layers: whole(1).describe('blocks, one after another'),
  intermediate_size: whole(1).describe('width of the MLP inside a block'),
  mlp_blocks: whole(1).describe("blocks of the MLPs' block-diagonal matrices, a divisor of both widths; 1 is dense"),
  pooling: z.enum(['mean', 'cls']).describe('what classes are told from: the mean over positions, or a learned one'),
  position_embedding_type: z.enum(['none', 'absolute']).describe('absolute adds learned positions; orchid needs none'),
  initializer_range: positive().describe('standard deviation of the first positions'),
  layer_norm_eps: positive().describe('epsilon of the layer norms around mixers and MLPs'),
  hidden_dropout_prob: z.number().min(0).lt(1).describe("share dropped of each mixer's and MLP's output in training"),
};

const imageModel = z.strictObject({
  patch_size: whole(1).describe('pixels along a side of a patch, which is a position; divides data.image_size'),
  ...body,
  ...mixerKeys,
});

const audioModel = z.strictObject({
  conv_dim: z.array(whole(1)).describe('channels of the convolutions of the stem, which shorten the waveform'),
  conv_kernel: z.array(whole(1)).describe('their taps'),
  conv_stride: z.array(whole(1)).describe('their strides: samples a position stands for, multiplied'),
  ...body,
  ...mixerKeys,
});

/** What data of both kinds has. */
const common = {
  eval_examples: whole(1).nullable().describe('examples an evaluation during training uses at most; null takes all'),
  label_smoothing: z.number().min(0).lt(1).describe('share of each label that is spread over all classes'),
  mixup: z.number().min(0).describe('alpha of mixup, which blends examples and their labels; 0 blends none'),
};

const imageData = {
  image_size: whole(1).describe('pixels along a side; images of other sizes are brought to it'),
  validation_examples: whole(0).describe(
    'training images kept for evaluations during training; 0 evaluates on the test part',
  ),
  flip: z.boolean().describe('images are mirrored, left for right, half of the time'),
  colour_jitter: fraction().describe('brightness, contrast and saturation change by factors of 1 - this to 1 + this'),
  rand_augment: whole(0).describe('operations of RandAugment on each image; 0 is none'),
  rand_magnitude: whole(0).max(30).describe('their magnitude'),
  erasing: fraction().describe('share of the images of which a random rectangle is blanked'),
  ...common,
  cutmix: z.number().min(0).describe('alpha of CutMix, which pastes parts of images into others; 0 pastes none'),
};

const rest = { optimizer, schedule, training };

function memoryImages<Name extends string>(name: Name) {
  return z.strictObject({
    task: z.literal(name).describe('what is trained'),
    seed: seed(),
    data: z.strictObject({
      ...imageData,
      crop_padding: whole(0).describe('pixels that images are moved by at most, either way'),
    }),
    model: imageModel,
    ...rest,
  });
}

/** Handwritten digits. */
export const mnistSchema = memoryImages('mnist');

/** Small photographs of ten kinds of things. */
export const cifar10Schema = memoryImages('cifar10');

/** Photographs in folders, one a class. */
export const imagenetSchema = z.strictObject({
  task: z.literal('imagenet').describe('what is trained'),
  seed: seed(),
  data: z.strictObject({
    ...imageData,
    crop_area: positive().max(1).describe('least share of an image that a random crop takes; 1 takes all of it'),
    on_bad_image: z.enum(['skip', 'throw']).describe('an image that does not decode is passed over, or ends the run'),
    prefetch: whole(0).describe('batches that are read and decoded ahead'),
  }),
  model: imageModel,
  ...rest,
});

/** Spoken words or digits, as waveforms. */
export const speechSchema = z.strictObject({
  task: z.literal('speech-commands').describe('what is trained'),
  seed: seed(),
  data: z.strictObject({
    layout: z
      .enum(['speech-commands', 'fsdd'])
      .describe('how the files lie: a folder for each word, or FSDD, named digit_speaker_index.wav'),
    words: z.array(z.string()).nullable().describe('words to tell apart; null takes all folders (not of fsdd)'),
    unknown: fraction().describe('other words, as a class: as many as this share of the words; 0 leaves them out'),
    silence: fraction().describe('background noise, as a class: as many as this share; 0 leaves it out'),
    parts: z
      .enum(['official', 'speakers'])
      .describe('official parts, or new ones by speakers, for copies that have but one part (not of fsdd)'),
    sample_rate: whole(1).describe('samples a second; recordings at other rates are resampled'),
    length: whole(1).describe('samples of a waveform; longer recordings are cut, shorter ones get silence'),
    validation_examples: whole(0)
      .nullable()
      .describe("training recordings kept for evaluations; null takes the data's own validation part; 0 the test part"),
    on_bad_audio: z.enum(['skip', 'throw']).describe('a damaged recording is passed over, or ends the run'),
    shift: whole(0).describe('samples that a waveform is moved by at most, either way'),
    gain_db: z.number().min(0).describe('decibels that a waveform gets louder or softer at most'),
    noise: z.number().min(0).describe('deviation of white noise, at most'),
    background: z.number().min(0).describe('volume of background recordings behind the words, at most; 0 is none'),
    ...common,
  }),
  model: audioModel,
  ...rest,
});

export type MnistConfig = z.infer<typeof mnistSchema>;
export type Cifar10Config = z.infer<typeof cifar10Schema>;
export type ImagenetConfig = z.infer<typeof imagenetSchema>;
export type SpeechConfig = z.infer<typeof speechSchema>;
export type ImageConfig = MnistConfig | Cifar10Config | ImagenetConfig;
export type SignalConfig = ImageConfig | SpeechConfig;
