// The keys of what is dropped in training.
import { z } from 'zod';

const share = () => z.number().min(0).lt(1);

export const dropoutKeys = {
  hidden_dropout_prob: share()
    .default(0.1)
    .describe("In training, the share dropped of the embeddings and of each mixer's and MLP's output."),
  classifier_dropout: share()
    .nullable()
    .default(null)
    .describe('In training, the share dropped before a classification; null takes hidden_dropout_prob.'),
};
