// What a preset may say. Every key has a description, which `--help` prints, and stands in every preset, which is the whole
// truth about a run. Keys with a default were added later: older runs and presets do without them as they always did.
import { z } from 'zod';
import { optimizer, positive, schedule, seed, training, whole } from './schema-parts.ts';
import { cifar10Schema, imagenetSchema, mnistSchema, type SignalConfig, speechSchema } from './signal-schema.ts';
import { bertSchema, dnaSchema, glueSchema, mqarSchema, type TextConfig, tokenModel } from './text-schema.ts';

/** A run of the associative-recall task. */
export const recallSchema = z.strictObject({
  task: z.literal('recall').describe('what is trained'),
  seed: seed(),
  data: z.strictObject({
    length: whole(4).describe('length of a sequence in tokens'),
    vocab_size: whole(6)
      .refine((n) => n % 2 === 0, 'want an even number')
      .describe('keys, values, the prefix `=>` and the no-op `.` together'),
    validation_sequences: whole(1).describe('fresh sequences an evaluation during training uses'),
    test_sequences: whole(1).describe('fresh sequences the final accuracy is taken on'),
  }),
  model: tokenModel,
  optimizer,
  schedule,
  training,
});

/** A run of masked-language modelling on a text file. */
export const mlmSchema = z.strictObject({
  task: z.literal('mlm').describe('what is trained'),
  seed: seed(),
  data: z.strictObject({
    length: whole(8).describe('length of a window of text in tokens'),
    tokenizer: z.enum(['char', 'byte']).describe('what a token is: a character of the text, or a byte of its UTF-8'),
    max_vocab: whole(4)
      .nullable()
      .describe('most frequent characters kept by the char tokenizer (the rest become unknown); null keeps all'),
    mask_probability: positive().max(0.9).describe('share of the tokens hidden in training'),
    eval_mask_probability: positive().max(0.9).describe('share of the tokens hidden in evaluations'),
    held_out_fraction: positive().max(0.5).describe('end of the text kept for evaluation when no --eval-text is given'),
    eval_windows: whole(1).describe('windows of held-out text an evaluation uses at most'),
  }),
  model: tokenModel,
  optimizer,
  schedule,
  training,
});

export type RecallConfig = z.infer<typeof recallSchema>;
export type MlmConfig = z.infer<typeof mlmSchema>;
/** Of tasks over tokens. */
export type TokenConfig = RecallConfig | MlmConfig | TextConfig;
export type RunConfig = TokenConfig | SignalConfig;
export type Task = RunConfig['task'];

/** The schema of each task. */
export const schemas = {
  recall: recallSchema,
  mlm: mlmSchema,
  mqar: mqarSchema,
  bert: bertSchema,
  glue: glueSchema,
  dna: dnaSchema,
  mnist: mnistSchema,
  cifar10: cifar10Schema,
  imagenet: imagenetSchema,
  'speech-commands': speechSchema,
} as const satisfies Record<Task, z.ZodType>;

/** One key of a preset: its dotted name, the schema of its value and what it means. */
export interface Leaf {
  readonly key: string;
  readonly schema: z.ZodType;
  readonly description: string;
}

/** Every key of a task's preset, in order. */
export function leaves(task: Task): Leaf[] {
  const walk = (schema: z.ZodObject, prefix: string): Leaf[] =>
    Object.entries(schema.shape).flatMap(([name, field]) => {
      const key = prefix + name;
      if (field instanceof z.ZodObject) return walk(field, `${key}.`);
      const value = field as z.ZodType;
      const schema = value instanceof z.ZodDefault ? (value.unwrap() as z.ZodType) : value;
      return [{ key, schema, description: value.description ?? '' }];
    });
  return walk(schemas[task], '');
}
