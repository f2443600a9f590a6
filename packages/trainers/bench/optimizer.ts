// What one optimiser step costs beside the model: AdamW on the recall model's parameters, and a whole training step.
//   npm run bench -- [cpu|wasm]
import { type BackendName, useBackend } from '@orchid-ml/backends';
import { createModel } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import { AdamW, recallTask, trainingStep } from '../src/index.ts';

const info = await useBackend((process.argv[2] ?? 'wasm') as BackendName);
const model = createModel({
  model_type: 'orchid-recall',
  vocab_size: 20,
  hidden_size: 64,
  num_hidden_layers: 2,
  intermediate_size: 256,
  max_position_embeddings: 128,
  transform: 'dct',
});
const parameters = model.namedParameters();
const optimizer = new AdamW(model, { weightDecay: 0 });
const task = recallTask({ length: 128, vocabSize: 20, batchSize: 32, seed: 0 });

const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1]!;
async function measure(repeats: number, work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < repeats + 3; i++) {
    const start = performance.now();
    await work();
    if (i >= 3) times.push(performance.now() - start);
  }
  return median(times);
}

const gradients = new Map([...parameters].map(([name, { variable }]) => [name, tf.randomNormal(variable.shape)]));
const adamwMs = await measure(50, () => optimizer.step(gradients));
const options = { factor: 1, clipNorm: 1 };
const stepMs = await measure(8, () => trainingStep(model, task, optimizer, task.nextBatch(), options));
const result = {
  backend: info.name,
  tensors: parameters.size,
  parameters: model.parameterCount(),
  adamwMs: Number(adamwMs.toFixed(2)),
  trainingStepMs: Number(stepMs.toFixed(1)),
};
console.log(JSON.stringify(result));
