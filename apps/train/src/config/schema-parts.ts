// What presets of every task have in common: the mixers' keys, the optimizer, its schedule and the training; and the words that
// keys are described with.
import { z } from 'zod';

export const positive = () => z.number().positive();
export const fraction = () => z.number().min(0).max(1);
/** Of a moment: 1 would never take up anything new. */
const decay = () => z.number().min(0).lt(1);
export const whole = (min: number) => z.int().min(min);

const even = () => whole(2).refine((n) => n % 2 === 0, 'want an even number');
const odd = () => whole(3).refine((n) => n % 2 === 1, 'want an odd number');

/** The keys that choose and shape what mixes positions. */
export const mixerKeys = {
  mixer: z
    .enum(['orchid', 'attention', 'hyena', 'linformer', 'reformer', 'routing'])
    .default('orchid')
    .describe('what mixes positions; the others are there to compare with'),
  num_attention_heads: whole(1)
    .default(2)
    .describe('heads of all kinds of attention, a divisor of hidden_size; orchid and hyena have none'),
  hyena_order: whole(1).default(2).describe('gates and long convolutions of hyena'),
  hyena_mode: z
    .enum(['causal', 'bidirectional', 'circular'])
    .default('bidirectional')
    .describe("what hyena's kernels see: the past, both sides, or both round the ends"),
  linformer_k: whole(1).default(64).describe('what linformer projects the length to; at most l_max'),
  linformer_share_kv: z.boolean().default(false).describe('one projection of linformer for keys and values'),
  num_hashes: whole(1).default(2).describe('hash rounds of reformer'),
  lsh_attn_chunk_length: whole(1).default(64).describe('positions of a chunk of reformer'),
  num_buckets: even()
    .nullable()
    .default(null)
    .describe('buckets of reformer, even; null takes two for each chunk of l_max'),
  hash_seed: whole(0).default(0).describe("start of reformer's random rotations, which stay as they are"),
  routing_num_clusters: whole(1)
    .nullable()
    .default(null)
    .describe('clusters a head of routing; null takes the square root of l_max'),
  routing_window_size: whole(1)
    .nullable()
    .default(null)
    .describe('queries and keys that a cluster of routing takes; null takes the length by the number of clusters'),
  conditioning: z.enum(['I', 'I-time', 'I-freq', 'II']).describe('the network that makes the kernel from the data'),
  conditioning_filter_size: odd().describe('taps of its depthwise convolutions, odd'),
  conditioning_layers: whole(1).describe('its convolutions in a row, on each side of the transform'),
  conditioning_norm: z.enum(['layernorm', 'none']).describe('its norm after each convolution'),
  conditioning_padding: z.enum(['zeros', 'reflect', 'circular']).describe('padding of its convolutions'),
  conditioning_magnitude: z.enum(['squared', 'abs']).describe('what type I takes of a dft spectrum: |U|^2 or |U|'),
  conditioning_activation: z
    .enum(['identity', 'tanh', 'sigmoid', 'softsign', 'softshrink'])
    .describe("type II's activation of the query's spectrum"),
  conditioning_activation_on: z.enum(['parts', 'magnitude']).describe('what that activation acts on'),
  transform: z.enum(['dft', 'dct']).describe('the transform along the length'),
  fft_norm: z.enum(['forward', 'ortho', 'backward']).describe('scaling of the dft; the dct is always orthonormal'),
  kernel_domain: z
    .enum(['frequency', 'time'])
    .describe('time makes the kernel on 2 L bins and cuts it to L samples; dft only'),
  filter_order: whole(1).describe("width of the implicit filter's MLP"),
  filter_emb_dim: odd().describe('positional features of the implicit filter, odd'),
  filter_num_inner_mlps: whole(0).describe("inner layers of the implicit filter's MLP"),
  filter_frequency: positive().describe("first value of the implicit filter's sine frequencies"),
  short_filter_order: whole(1).describe('taps of the short depthwise convolution'),
  residual_long_conv: z.boolean().describe("a long convolution of the block's input, added to its output"),
};

export const optimizer = z.strictObject({
  learning_rate: positive().describe("AdamW's peak rate; the implicit filter keeps its own (1e-3, positions 1e-5)"),
  weight_decay: z.number().min(0).describe('decoupled decay of weight matrices'),
  beta1: decay().describe("AdamW's first-moment decay"),
  beta2: decay().describe("AdamW's second-moment decay"),
  epsilon: positive().describe("AdamW's epsilon"),
  clip_norm: positive().nullable().describe('gradients are scaled down to this norm; null leaves them alone'),
});

export const schedule = z.strictObject({
  kind: z.enum(['cosine', 'linear', 'constant']).describe('how the rate goes down after the warm-up'),
  warmup_steps: whole(0).describe('steps over which the rate rises from 0'),
  final_fraction: fraction().describe('the rate at the last step, as a fraction of the peak'),
});

export const training = z.strictObject({
  steps: whole(1).describe('optimizer steps at most; --steps sets it too'),
  batch_size: whole(1).describe('sequences a step'),
  micro_batch_size: whole(1)
    .nullable()
    .default(null)
    .describe('sequences computed at once, their gradients summed; null takes as many as fit the memory'),
  recompute: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe('keep the inputs of blocks alone and run each again on the way back; auto does where nothing else fits'),
  memory_gb: positive()
    .nullable()
    .default(null)
    .describe('the most that all workers together may have in use, in GB of 2^30 bytes; null leaves it to the machine'),
  evaluate_every: whole(1).describe('steps between two evaluations on held-out data'),
  checkpoint_every: whole(1).describe('steps between two checkpoints'),
  stop_accuracy: fraction()
    .nullable()
    .describe('stop early once an evaluation is above this accuracy; null runs all the steps'),
  require_accuracy: fraction()
    .nullable()
    .describe('the command fails (exit code 1) below this final accuracy; null never fails'),
});

export const seed = () =>
  whole(0).describe('start of every random number: weights, batches, masks; --seed sets it too');
