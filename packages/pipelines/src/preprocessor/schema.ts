// preprocessor_config.json: how inputs are made for a model, saved beside config.json so that a model's folder stands by itself.
import { z } from 'zod';

const count = () => z.int().min(1);

const recall = z.strictObject({
  task: z.literal('recall').describe('What the model is for.'),
  length: count().describe('Tokens of a sequence in training; pairs of shorter ones are repeated up to it.'),
});

const fillMask = z.strictObject({
  task: z.literal('fill-mask').describe('What the model is for.'),
  window: count().describe('Tokens of a window of text in training; a context fills shorter texts up to it.'),
  add_special_tokens: z
    .boolean()
    .default(false)
    .describe("The tokenizer's special tokens, such as [CLS] and [SEP], stand round a text."),
});

const textClassification = z.strictObject({
  task: z.literal('text-classification').describe('What the model is for.'),
  texts: z
    .union([z.literal(1), z.literal(2)], { error: 'want 1 or 2' })
    .describe('Texts that are judged together: 1, or the 2 of a pair.'),
  max_length: count().describe('Longer inputs are cut to so many tokens, special ones included.'),
  pad_to_multiple_of: count().describe('Inputs are padded to a multiple of this, at most max_length.'),
});

const imageClassification = z.strictObject({
  task: z.literal('image-classification').describe('What the model is for.'),
  size: z.strictObject({ height: count(), width: count() }).describe('Pixels of an image as the model takes it.'),
  num_channels: z
    .union([z.literal(1), z.literal(3)], { error: 'want 1 (grey) or 3 (RGB)' })
    .describe('1 is grey, 3 RGB.'),
  image_mean: z.array(z.number()).min(1).describe('Means of the channels, of values of 0 to 1.'),
  image_std: z.array(z.number().positive()).min(1).describe('Deviations of the channels, of values of 0 to 1.'),
  crop_pct: z
    .number()
    .positive()
    .max(1)
    .nullable()
    .describe(
      "The middle region of the size's proportions is taken, this share of it along each side; null takes the whole image, " +
        'stretched to the size.',
    ),
});

const audioClassification = z.strictObject({
  task: z.literal('audio-classification').describe('What the model is for.'),
  sampling_rate: count().describe('Samples a second; sounds at other rates are resampled.'),
  samples: count().describe(
    'Samples of a sound; of longer ones the middle is taken, shorter ones get silence round them.',
  ),
});

/** The schema of each task. */
export const preprocessorSchemas = {
  recall,
  'fill-mask': fillMask,
  'text-classification': textClassification,
  'image-classification': imageClassification,
  'audio-classification': audioClassification,
} as const;

export type RecallPreprocessor = z.output<typeof recall>;
export type FillMaskPreprocessor = z.output<typeof fillMask>;
export type TextClassificationPreprocessor = z.output<typeof textClassification>;
export type ImageClassificationPreprocessor = z.output<typeof imageClassification>;
export type AudioClassificationPreprocessor = z.output<typeof audioClassification>;

/** The contents of preprocessor_config.json, defaults filled in. */
export type Preprocessor =
  | RecallPreprocessor
  | FillMaskPreprocessor
  | TextClassificationPreprocessor
  | ImageClassificationPreprocessor
  | AudioClassificationPreprocessor;

/** What may be written of it. */
export type PreprocessorInput = {
  [T in keyof typeof preprocessorSchemas]: z.input<(typeof preprocessorSchemas)[T]>;
}[keyof typeof preprocessorSchemas];
