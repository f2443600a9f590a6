// The masked language model of a handful of blocks.
import { z } from 'zod';
import { bodyKeys, withInnerWidth } from '../body-keys.ts';
import { mixerKeys, mixerProblem } from '../mixer-keys.ts';

const schema = z.strictObject({
  model_type: z.literal('orchid-masked-lm').describe('Which model this is.'),
  ...bodyKeys,
  ...mixerKeys,
  tie_word_embeddings: bodyKeys.tie_word_embeddings.default(true),
  initializer_range: bodyKeys.initializer_range.default(0.02),
});

export const maskedLm = {
  schema,
  complete: (parsed: z.output<typeof schema>) => withInnerWidth(parsed),
  problem: mixerProblem,
};
