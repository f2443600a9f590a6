// The masked language model over nucleotides.
import { z } from 'zod';
import { bodyKeys, withInnerWidth } from '../body-keys.ts';
import { complementMap, complementProblem } from '../complement.ts';
import { mixerKeys, mixerProblem } from '../mixer-keys.ts';

/** The vocabulary of a tokenizer of characters that was made for the letters A, C, G, T and N. */
const TOKENS = ['[PAD]', '[UNK]', '[MASK]', 'A', 'C', 'G', 'T', 'N'];

const schema = z.strictObject({
  model_type: z.literal('orchid-dna').describe('Which model this is.'),
  ...bodyKeys,
  ...mixerKeys,
  vocab_size: z
    .int()
    .min(1)
    .default(TOKENS.length)
    .describe('Number of tokens; by default [PAD] [UNK] [MASK] A C G T N.'),
  tie_word_embeddings: bodyKeys.tie_word_embeddings.default(true),
  initializer_range: bodyKeys.initializer_range.default(0.02),
  max_position_embeddings: z.int().min(1).default(1024).describe(bodyKeys.max_position_embeddings.description!),
  reverse_complement: z
    .boolean()
    .default(false)
    .describe(
      'Both strands are read, and their scores averaged: those of the reverse complement of a sequence are then the reverse ' +
        'complement of its scores, at twice the cost.',
    ),
  complement_map: z
    .record(z.string(), z.int().min(0))
    .optional()
    .describe('Ids of tokens to those of their complements; tokens left out are their own. Needed for other tokens.'),
});

type Parsed = z.output<typeof schema>;

type Complete = Omit<Parsed, 'intermediate_size'> & { intermediate_size: number };

export const orchidDna = {
  schema,
  complete: (parsed: Parsed): Complete => {
    const { complement_map: given, ...rest } = withInnerWidth(parsed);
    // Of the default vocabulary the complements are known.
    const map = given ?? (rest.vocab_size === TOKENS.length ? complementMap(TOKENS) : undefined);
    return { ...rest, ...(map && { complement_map: map }) };
  },
  problem: (config: Complete): string | null => {
    const { complement_map: map, vocab_size: vocab } = config;
    if (config.reverse_complement && map === undefined) {
      return (
        `reverse_complement is true and vocab_size is ${vocab}, whose complements are not known; ` +
        'want complement_map (the function complementMap makes it from the tokens)'
      );
    }
    return (map ? complementProblem(map, vocab) : null) ?? mixerProblem(config);
  },
};
