// From a configuration to task and optimizer: the command and its worker threads make them alike.
import { MlmDataset } from '@orchid-ml/datasets';
import type { SequenceModel } from '@orchid-ml/orchid-models';
import type { SpecialTokens, Tokenizer } from '@orchid-ml/tokenizers';
import { AdamW, type MlmTask, mlmTask, type RecallTask, recallTask, vectorsDoNotDecay } from '@orchid-ml/trainers';
import type { MlmConfig, RecallConfig, RunConfig } from '../config/schema.ts';

/** Texts as a thread needs them: their tokens, on memory that threads share, and what the tokenizer says of its vocabulary. */
export interface Tokens {
  readonly trainIds: Int32Array;
  readonly heldOutIds: Int32Array;
  readonly vocabSize: number;
  readonly specialTokens: SpecialTokens;
}

/** The tokens of a data set, for the threads of a run. */
export function shareTokens({ trainIds, heldOutIds }: MlmDataset, { vocabSize, specialTokens }: Tokenizer): Tokens {
  const shared = (ids: Int32Array): Int32Array => {
    const copy = new Int32Array(new SharedArrayBuffer(ids.byteLength));
    copy.set(ids);
    return copy;
  };
  return { trainIds: shared(trainIds), heldOutIds: shared(heldOutIds), vocabSize, specialTokens };
}

/** @throws Error naming the setting that does not fit */
export function makeRecallTask({ data, training, seed }: RecallConfig): RecallTask {
  return recallTask({
    length: data.length,
    vocabSize: data.vocab_size,
    batchSize: training.batch_size,
    seed,
    evaluationSequences: data.validation_sequences,
  });
}

/** What a data set takes from a configuration, beside the text. */
export function datasetOptions({ data, training, seed }: MlmConfig) {
  return {
    length: data.length,
    batchSize: training.batch_size,
    maskProbability: data.mask_probability,
    evalMaskProbability: data.eval_mask_probability,
    seed,
  };
}

export function makeMlmTask(config: MlmConfig, dataset: MlmDataset): MlmTask {
  return mlmTask({ dataset, evaluationWindows: config.data.eval_windows });
}

/** The data set that {@link shareTokens} took the tokens of. */
export function datasetOfTokens(config: MlmConfig, { trainIds, heldOutIds, ...tokenizer }: Tokens): MlmDataset {
  return new MlmDataset({ ids: trainIds, heldOutIds, tokenizer, ...datasetOptions(config) });
}

/** The optimizer a configuration describes, for a model. Vectors (biases, norms) are not decayed. */
export function makeOptimizer(model: SequenceModel, config: RunConfig): AdamW {
  const { learning_rate, weight_decay, beta1, beta2, epsilon } = config.optimizer;
  return new AdamW(model, {
    learningRate: learning_rate,
    weightDecay: weight_decay,
    betas: [beta1, beta2],
    epsilon,
    noDecay: vectorsDoNotDecay,
  });
}
