// The keys that classifiers of images and of sounds share: the body between what makes a sequence and the scores.
import { z } from 'zod';
import { withInnerWidth } from './body-keys.ts';
import { count } from './keys.ts';
import { labelKeys, labelsProblem, withLabels } from './label-keys.ts';
import { type MixerConfig, mixerKeys, mixerProblem } from './mixer-keys.ts';

export const signalKeys = {
  hidden_size: count(128).describe('Width D of the model.'),
  num_hidden_layers: count(6).describe('Number of blocks.'),
  intermediate_size: z.int().min(1).optional().describe('Inner width of the MLPs; 4 times hidden_size if left out.'),
  mlp_blocks: count(4).describe("Blocks of the MLPs' block-diagonal matrices; 1 makes them dense."),
  layer_norm_eps: z.number().positive().default(1e-5).describe('eps of the layer norms around the mixers and MLPs.'),
  position_embedding_type: z
    .enum(['none', 'absolute'])
    .default('absolute')
    .describe('`absolute` adds learned positions; the Orchid blocks can do without.'),
  pooling: z
    .enum(['mean', 'cls'])
    .default('mean')
    .describe('What the classes are told from: the mean over the positions, or a learned one before the first.'),
  initializer_range: z
    .number()
    .positive()
    .default(0.02)
    .describe('Standard deviation of the first positions and of the learned token.'),
  hidden_dropout_prob: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe("In training, the share dropped of each mixer's and MLP's output."),
  ...labelKeys,
  ...mixerKeys,
};

type SignalKeys = z.output<z.ZodObject<typeof signalKeys>>;

/** A complete configuration of such a body. */
export type SignalConfig = Omit<SignalKeys, 'intermediate_size' | 'num_labels'> & {
  intermediate_size: number;
  num_labels: number;
};

/** Positions that the blocks see when what comes before them makes `count`. */
export function bodyLength(count: number, { pooling }: { pooling: 'mean' | 'cls' }): number {
  return pooling === 'cls' ? count + 1 : count;
}

type Completed<C> = Omit<C, 'intermediate_size' | 'num_labels'> & { intermediate_size: number; num_labels: number };

/** Fills in the defaults that depend on other keys. */
export function completeSignal<C extends SignalKeys>(config: C): Completed<C> {
  return withLabels(withInnerWidth(config)) as Completed<C>;
}

/** What the mixers are to know of a body whose blocks see `length` positions. */
export function mixerConfig<C extends SignalConfig>(config: C, length: number): C & MixerConfig {
  return { ...config, max_position_embeddings: length };
}

/** What does not go together, or null. `count` positions come from the image or the sound. */
export function signalProblem(config: SignalConfig, count: number): string | null {
  const { mlp_blocks: blocks } = config;
  for (const key of ['hidden_size', 'intermediate_size'] as const) {
    if (config[key] % blocks !== 0) return `mlp_blocks is ${blocks} and ${key} is ${config[key]}; want a divisor of it`;
  }
  return labelsProblem(config) ?? mixerProblem(mixerConfig(config, bodyLength(count, config)));
}
