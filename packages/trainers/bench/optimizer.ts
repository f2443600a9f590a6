// What one optimiser step costs beside the model: packing the gradients, their norm, and AdamW, on the parameters of the
// recall model and of the reference step's model.
//   npm run bench -- [cpu|wasm]
import { type BackendName, useBackend } from '@orchid-ml/backends';
import { createModel, type ModelConfigInput } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import { AdamW, sumOfSquares } from '../src/index.ts';

const info = await useBackend((process.argv[2] ?? 'wasm') as BackendName);
const models: Record<string, ModelConfigInput> = {
  recall: { model_type: 'orchid-recall', vocab_size: 20, hidden_size: 64, transform: 'dct' },
  reference: { model_type: 'orchid-masked-lm', vocab_size: 64, hidden_size: 128, transform: 'dft' },
};

const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1]!;
function measure(work: () => unknown, repeats = 101): number {
  const times: number[] = [];
  for (let i = 0; i < repeats + 20; i++) {
    const start = performance.now();
    work();
    if (i >= 20) times.push(performance.now() - start);
  }
  return Number(median(times).toFixed(3));
}

for (const [name, config] of Object.entries(models)) {
  const model = createModel(config);
  const parameters = model.namedParameters();
  const optimizer = new AdamW(model);
  const gradients = new Map([...parameters].map(([name, { variable }]) => [name, tf.randomNormal(variable.shape)]));
  const packed = optimizer.pack(gradients);
  const result = {
    model: name,
    backend: info.name,
    tensors: parameters.size,
    parameters: model.parameterCount(),
    packMs: measure(() => tf.dispose(optimizer.pack(gradients))),
    sumOfSquaresMs: measure(() => sumOfSquares(packed).dispose()),
    updateMs: measure(() => optimizer.update(packed)),
  };
  console.log(JSON.stringify(result));
  tf.dispose([...packed, ...gradients.values()]);
  optimizer.dispose();
  model.dispose();
}
