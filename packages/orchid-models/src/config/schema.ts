// The keys of a model's config.json: types, ranges, defaults and what each one means.
import { z } from 'zod';

const count = (fallback: number) => z.int().min(1).default(fallback);
const oddAtLeast3 = z
  .int()
  .min(3)
  .refine((value) => value % 2 === 1, { error: 'want an odd integer' });

/** Keys that every model has. Names are those of Hugging Face's config.json where it has one. */
const shared = {
  vocab_size: z.int().min(1).describe('Number of tokens; required.'),
  hidden_size: count(64).describe('Width D of the model.'),
  num_hidden_layers: count(2).describe('Number of blocks.'),
  intermediate_size: z.int().min(1).optional().describe('Inner width of the MLPs; 4 times hidden_size if left out.'),
  max_position_embeddings: count(128).describe('Longest sequence (l_max), which the static kernels are made for.'),
  position_embedding_type: z
    .enum(['none', 'absolute'])
    .default('none')
    .describe('`absolute` adds learned positions; the blocks need none.'),
  layer_norm_eps: z.number().positive().default(1e-5).describe('eps of the layer norms around the mixers and MLPs.'),
  mixer: z
    .enum(['orchid', 'attention'])
    .default('orchid')
    .describe(
      'What mixes positions. `attention` is dense softmax attention, to compare with; the keys of the convolutions and of ' +
        'the conditioning network mean nothing to it.',
    ),
  num_attention_heads: count(2).describe('Heads of attention; a divisor of hidden_size.'),
  conditioning: z
    .enum(['I', 'I-time', 'I-freq', 'II'])
    .default('I')
    .describe('Network that makes the data-dependent kernel: phase suppression (I) or cross-correlation (II).'),
  transform: z
    .enum(['dft', 'dct'])
    .default('dct')
    .describe("Transform of the convolutions; `dct` is the paper's best and learns recall in the fewest steps."),
  fft_norm: z
    .enum(['forward', 'ortho', 'backward'])
    .default('forward')
    .describe('Where dft puts its 1/L; dct is always orthonormal.'),
  kernel_domain: z
    .enum(['frequency', 'time'])
    .default('frequency')
    .describe('`time` cuts the adaptive kernel to L samples, made on 2L bins; dft only.'),
  conditioning_filter_size: oddAtLeast3
    .default(3)
    .describe('Taps of the convolutions in the conditioning network, odd.'),
  conditioning_layers: count(1).describe('Convolutions in a row on each side of the conditioning network.'),
  conditioning_norm: z
    .enum(['layernorm', 'none'])
    .default('layernorm')
    .describe('Norm after each convolution of the conditioning network.'),
  conditioning_padding: z
    .enum(['zeros', 'reflect', 'circular'])
    .default('zeros')
    .describe('Padding there; `circular` keeps the block shift equivariant.'),
  conditioning_magnitude: z
    .enum(['squared', 'abs'])
    .default('squared')
    .describe("What type I takes of a dft spectrum: |U|² or the paper's |U| (dct always takes |U|)."),
  conditioning_activation: z
    .enum(['identity', 'tanh', 'sigmoid', 'softsign', 'softshrink'])
    .default('identity')
    .describe("Type II's activation of the query's spectrum."),
  conditioning_activation_on: z
    .enum(['parts', 'magnitude'])
    .default('parts')
    .describe('That activation acts on real and imaginary parts, or on the magnitude.'),
  residual_long_conv: z.boolean().default(true).describe("Adds a static long convolution of each block's input."),
  short_filter_order: count(3).describe('Taps of the short causal convolution.'),
  filter_order: count(64).describe('Width of the MLP that makes a static kernel.'),
  filter_emb_dim: oddAtLeast3.default(5).describe('Positional features of that MLP, odd.'),
  filter_num_inner_mlps: z.int().min(0).default(2).describe('Its inner layers.'),
  filter_frequency: z.number().positive().default(10).describe('First value of its sine frequencies (w).'),
  tie_word_embeddings: z.boolean().describe('The output layer shares the embedding table.'),
  initializer_range: z.number().positive().describe('Standard deviation of the first embeddings.'),
};

export const SCHEMAS = {
  'orchid-recall': z.strictObject({
    model_type: z.literal('orchid-recall').describe('Which model this is.'),
    ...shared,
    tie_word_embeddings: shared.tie_word_embeddings.default(false),
    initializer_range: shared.initializer_range.default(1),
  }),
  'orchid-masked-lm': z.strictObject({
    model_type: z.literal('orchid-masked-lm').describe('Which model this is.'),
    ...shared,
    tie_word_embeddings: shared.tie_word_embeddings.default(true),
    initializer_range: shared.initializer_range.default(0.02),
  }),
} as const;

export type ModelType = keyof typeof SCHEMAS;

/** What a user may write: only model_type and vocab_size are required. */
export type ModelConfigInput = { [T in ModelType]: z.input<(typeof SCHEMAS)[T]> }[ModelType];

type Complete<T> = T extends unknown ? Omit<T, 'intermediate_size'> & { intermediate_size: number } : never;

/** A configuration with every default filled in; plain JSON. */
export type ModelConfig = Complete<{ [T in ModelType]: z.output<(typeof SCHEMAS)[T]> }[ModelType]>;
