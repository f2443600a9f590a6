// BERT with Orchid's mixers in the place of attention and block-diagonal gated MLPs.
import { z } from 'zod';
import { dropoutKeys } from '../dropout-keys.ts';
import { headKeys, withHeadLabels } from '../head-keys.ts';
import { count } from '../keys.ts';
import { labelsProblem } from '../label-keys.ts';
import { mixerKeys, mixerProblem } from '../mixer-keys.ts';

const schema = z.strictObject({
  model_type: z.literal('orchid-bert').describe('Which model this is.'),
  vocab_size: count(30_522).describe("Number of tokens; BERT's if left out."),
  pad_vocab_size_multiple_of: count(64).describe(
    'The embedding table has rows for so many more tokens that their number is a multiple of this; nothing scores those.',
  ),
  hidden_size: count(768).describe('Width D of the model.'),
  num_hidden_layers: count(12).describe('Number of blocks.'),
  intermediate_size: z.int().min(1).optional().describe('Inner width of the MLPs; 4 times hidden_size if left out.'),
  mlp_blocks: count(4).describe("Blocks of the MLPs' block-diagonal matrices, a divisor of both widths; 1 is dense."),
  mlp_gated: z.boolean().default(true).describe('The MLPs are gated linear units (gelu of the gates).'),
  norm_first: z
    .boolean()
    .default(false)
    .describe('Layer norms before mixer and MLP, and one at the end; false: after each shortcut, as in BERT.'),
  max_position_embeddings: count(128).describe('Longest sequence (l_max), which the static kernels are made for.'),
  type_vocab_size: count(2).describe('Kinds of tokens (first and second text).'),
  layer_norm_eps: z.number().positive().default(1e-12).describe('eps of the layer norms of embeddings, blocks, heads.'),
  initializer_range: z
    .number()
    .positive()
    .default(0.02)
    .describe('Standard deviation of the first embeddings and of the heads; blocks have the usual uniform weights.'),
  ...dropoutKeys,
  ...headKeys,
  ...mixerKeys,
  num_attention_heads: count(12).describe('Heads of attention; a divisor of hidden_size.'),
  filter_order: count(128).describe('Width of the MLP that makes a static kernel.'),
});

export const orchidBert = {
  schema,
  complete: (parsed: z.output<typeof schema>) =>
    withHeadLabels({ ...parsed, intermediate_size: parsed.intermediate_size ?? 4 * parsed.hidden_size }),
  problem: (config: z.output<typeof schema> & { intermediate_size: number }): string | null => {
    for (const key of ['hidden_size', 'intermediate_size'] as const) {
      if (config[key] % config.mlp_blocks !== 0) {
        return `mlp_blocks is ${config.mlp_blocks} and ${key} is ${config[key]}; want a divisor of ${key}`;
      }
    }
    return mixerProblem(config) ?? labelsProblem(config);
  },
};
