// The keys that choose and shape a model's sequence mixers, the same in every model, and what goes together among them.
import { z } from 'zod';
import { count, even, oddAtLeast3 } from './keys.ts';

export const mixerKeys = {
  mixer: z
    .enum(['orchid', 'attention', 'hyena', 'linformer', 'reformer', 'routing'])
    .default('orchid')
    .describe(
      'What mixes positions: orchid (data-dependent convolution), dense softmax attention, hyena (static long convolutions ' +
        'with gates), linformer (attention to a projection of the length), reformer (attention to what hashes alike) or ' +
        'routing (attention inside learned clusters). Keys that are not of the chosen one mean nothing.',
    ),
  num_attention_heads: count(2).describe('Heads of all kinds of attention; a divisor of hidden_size.'),
  linformer_k: count(64).describe('Linformer: rows that keys and values are projected to; at most l_max.'),
  linformer_share_kv: z.boolean().default(false).describe('Linformer: one projection for keys and values.'),
  num_hashes: count(2).describe('Reformer: hash rounds.'),
  lsh_attn_chunk_length: count(64).describe(
    'Reformer: positions of a chunk, which attends to itself and the one before.',
  ),
  num_buckets: z
    .union([even, z.array(even).min(1)], { error: 'want an even integer, a list of them, or null' })
    .nullable()
    .default(null)
    .describe('Reformer: buckets a round, even, or even factors of their number; null: two for each chunk of l_max.'),
  hash_seed: z.int().min(0).default(0).describe('Reformer: of its random rotations, which are constants.'),
  routing_num_clusters: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('Routing: clusters a head; null: the square root of l_max, at which the cost is least.'),
  routing_window_size: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('Routing: queries and keys a cluster takes; null: the length divided by the number of clusters.'),
  hyena_order: count(2).describe('Hyena: gates and long convolutions.'),
  hyena_mode: z
    .enum(['causal', 'bidirectional', 'circular'])
    .default('bidirectional')
    .describe('Hyena: its kernels see the past, both sides, or both round the ends.'),
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
};

export type MixerConfig = z.output<z.ZodObject<typeof mixerKeys>> & {
  readonly hidden_size: number;
  readonly max_position_embeddings: number;
};

/** What is wrong with keys that each are right by themselves, or null. */
export function mixerProblem(config: MixerConfig): string | null {
  if (config.transform === 'dct' && config.kernel_domain === 'time') {
    return 'kernel_domain is "time" and transform is "dct"; a kernel in the time domain wants transform "dft"';
  }
  const { mixer, num_attention_heads: heads, hidden_size: width, max_position_embeddings: lMax } = config;
  const hasHeads = mixer !== 'orchid' && mixer !== 'hyena';
  if (hasHeads && width % heads !== 0) {
    return `num_attention_heads is ${heads} and hidden_size is ${width}; want a divisor of hidden_size`;
  }
  if (mixer === 'routing' && width === heads) {
    return `num_attention_heads is ${heads} and hidden_size is ${width}; mixer "routing" wants heads of at least 2 channels`;
  }
  if (mixer === 'linformer' && config.linformer_k > lMax) {
    return `linformer_k is ${config.linformer_k} and max_position_embeddings is ${lMax}; want at most that`;
  }
  return null;
}
