// From a configuration to the optimizer: the command and its worker threads make it alike.
import type { Model } from '@orchid-ml/orchid-models';
import { AdamW, vectorsDoNotDecay } from '@orchid-ml/trainers';
import type { RunConfig } from '../config/schema.ts';

/** The optimizer a configuration describes, for a model. Vectors (biases, norms) are not decayed. */
export function makeOptimizer(model: Model, config: RunConfig): AdamW {
  const { learning_rate, weight_decay, beta1, beta2, epsilon } = config.optimizer;
  return new AdamW(model, {
    learningRate: learning_rate,
    weightDecay: weight_decay,
    betas: [beta1, beta2],
    epsilon,
    noDecay: vectorsDoNotDecay,
  });
}
