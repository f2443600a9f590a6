// The keys of a token model's body besides its mixers. Names are those of Hugging Face's config.json where it has one.
import { z } from 'zod';
import { count } from './keys.ts';

export const bodyKeys = {
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
  tie_word_embeddings: z.boolean().describe('The output layer shares the embedding table.'),
  initializer_range: z.number().positive().describe('Standard deviation of the first embeddings.'),
};

/** The default of `intermediate_size`. */
export function withInnerWidth<C extends { hidden_size: number; intermediate_size?: number | undefined }>(
  config: C,
): Omit<C, 'intermediate_size'> & { intermediate_size: number } {
  return { ...config, intermediate_size: config.intermediate_size ?? 4 * config.hidden_size };
}
