// Model, task and optimiser of a test of parallel training, made alike on every rank. Faults strike one rank at one step.
import { MlmDataset } from '@orchid-ml/datasets';
import { createModel, type SequenceModel } from '@orchid-ml/orchid-models';
import { CharTokenizer } from '@orchid-ml/tokenizers';
import * as tf from '@tensorflow/tfjs-core';
import { AdamW } from '../src/optimizers/adamw.ts';
import { mlmTask } from '../src/tasks/masked-lm.ts';
import { recallTask } from '../src/tasks/recall.ts';
import type { Task } from '../src/tasks/task.ts';

export interface TinySetup {
  readonly backend: 'wasm' | 'cpu';
  readonly task: 'recall' | 'mlm';
  readonly batchSize: number;
  /** Of the weights; the data has a fixed one. */
  readonly seed: number;
  readonly fault?: Fault;
  /** Room for the parameters that each rank has when it starts a step, for the test to compare: [ranks, {@link SPIED}]. */
  readonly weights: SharedArrayBuffer;
  /** How many tensors each rank has then, in the last two steps: int32 [ranks, 2]. */
  readonly tensors: SharedArrayBuffer;
}

export interface Fault {
  /** `start`: the replica cannot be made. `exit`: the thread ends within a step, as when it is killed. */
  readonly kind: 'start' | 'throw' | 'exit' | 'nan';
  readonly rank: number;
  /** From 1. */
  readonly step: number;
}

/** Room for all the parameters. */
export const SPIED = 20_000;

const text = 'the quick brown fox jumps over the lazy dog; '.repeat(20);

export function makeTiny(setup: TinySetup, rank: number) {
  const { task, vocabSize } = makeTask(setup);
  const shape = {
    vocab_size: vocabSize,
    hidden_size: 8,
    num_hidden_layers: 1,
    intermediate_size: 16,
    max_position_embeddings: 12,
  };
  const model =
    setup.task === 'recall'
      ? createModel({ model_type: 'orchid-recall', ...shape }, { seed: setup.seed })
      : createModel({ model_type: 'orchid-masked-lm', ...shape }, { seed: setup.seed });
  const optimizer = new AdamW(model, { learningRate: 0.01, weightDecay: 0.01 });
  let step = 1;
  const { pack, update } = optimizer;
  // Once every rank has packed, and not before, can any of them end the step: what they leave here the test will find.
  optimizer.pack = (gradients) => {
    spy(setup, rank, model);
    return pack.call(optimizer, gradients);
  };
  optimizer.update = (...args) => {
    update.apply(optimizer, args);
    step++;
  };
  const { loss } = task;
  task.loss = (model, batch) => {
    const result = loss(model, batch);
    const { fault } = setup;
    if (fault?.rank !== rank || fault.step !== step) return result;
    if (fault.kind === 'throw') throw new Error('a fault that the test put here');
    if (fault.kind === 'exit') process.exit(3);
    return { ...result, loss: tf.mul(result.loss, Number.NaN) };
  };
  return { model, task, optimizer };
}

function makeTask({ task, batchSize }: TinySetup): { task: Task<SequenceModel>; vocabSize: number } {
  if (task === 'recall') {
    const options = { length: 12, vocabSize: 10, batchSize, seed: 5, evaluationSequences: 8 };
    return { task: recallTask(options) as unknown as Task<SequenceModel>, vocabSize: 10 };
  }
  const tokenizer = CharTokenizer.fromText(text);
  // So few masks that a part without any comes up.
  const options = { length: 12, batchSize, maskProbability: 0.06, seed: 5, tokenizer };
  const dataset = new MlmDataset({ ids: Int32Array.from(tokenizer.encode(text)), ...options });
  return { task: mlmTask({ dataset }) as unknown as Task<SequenceModel>, vocabSize: tokenizer.vocabSize };
}

function spy({ weights, tensors }: TinySetup, rank: number, model: SequenceModel): void {
  const seen = new Float32Array(weights, 4 * SPIED * rank, SPIED);
  let at = 0;
  for (const { value } of model.namedParameters().values()) {
    seen.set(value.dataSync(), at);
    at += value.size;
  }
  const counts = new Int32Array(tensors, 8 * rank, 2);
  counts[0] = counts[1]!;
  counts[1] = tf.memory().numTensors;
}
