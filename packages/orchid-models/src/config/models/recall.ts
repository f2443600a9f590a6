// The associative-recall model.
import { z } from 'zod';
import { bodyKeys, withInnerWidth } from '../body-keys.ts';
import { mixerKeys, mixerProblem } from '../mixer-keys.ts';

const schema = z.strictObject({
  model_type: z.literal('orchid-recall').describe('Which model this is.'),
  ...bodyKeys,
  ...mixerKeys,
  tie_word_embeddings: bodyKeys.tie_word_embeddings.default(false),
  initializer_range: bodyKeys.initializer_range.default(1),
});

export const recall = {
  schema,
  complete: (parsed: z.output<typeof schema>) => withInnerWidth(parsed),
  problem: mixerProblem,
};
