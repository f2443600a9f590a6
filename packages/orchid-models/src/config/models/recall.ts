// The associative-recall model.
import { z } from 'zod';
import { bodyKeys } from '../body-keys.ts';
import { mixerKeys } from '../mixer-keys.ts';

export const recallSchema = z.strictObject({
  model_type: z.literal('orchid-recall').describe('Which model this is.'),
  ...bodyKeys,
  ...mixerKeys,
  tie_word_embeddings: bodyKeys.tie_word_embeddings.default(false),
  initializer_range: bodyKeys.initializer_range.default(1),
});
