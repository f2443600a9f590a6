// A model of full size at work: made, run forward, trained for some steps on one batch, saved, loaded back and compared to the
// last bit, with what each took. Every position is masked-lm's, with dropout as configured.
//
//   node apps/train/bench/bert.mjs [--size orchid-bert-base] [--batch 2] [--length 128] [--steps 3] [--engine wasm] [--folder DIR]
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { register } from 'tsx/esm/api';

register();
const { heapUse, resetHeapPeak, useBackend } = await import('@orchid-ml/backends');
const { variableGradients } = await import('@orchid-ml/backends/autodiff');
const { softmaxCrossEntropy } = await import('@orchid-ml/backends/ops');
const { createModel, parameterCount, SIZES, stateDict } = await import('@orchid-ml/orchid-models');
const { fromPretrained, saveModel } = await import('@orchid-ml/orchid-models/node');
const { AdamW, vectorsDoNotDecay } = await import('@orchid-ml/trainers');

const { values: options } = parseArgs({
  options: {
    size: { type: 'string', default: 'orchid-bert-base' },
    batch: { type: 'string', default: '2' },
    length: { type: 'string', default: '128' },
    steps: { type: 'string', default: '3' },
    engine: { type: 'string', default: 'wasm' },
    folder: { type: 'string' },
  },
});
const size = SIZES.find(({ name }) => name === options.size);
if (!size) throw new Error(`no size ${options.size}; known: ${SIZES.map(({ name }) => name).join(', ')}`);
const [batch, length, steps] = [options.batch, options.length, options.steps].map(Number);

await useBackend(options.engine);
/** Runs a part and says what it took: time, the most in use on the engine's heap meanwhile, and of the whole process. */
async function measured(what, run) {
  resetHeapPeak();
  const start = performance.now();
  const result = await run();
  const seconds = (performance.now() - start) / 1000;
  const gib = (bytes) => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  const heap = heapUse() ? `heap at most ${gib(heapUse().peak)}, ` : '';
  console.log(
    `${what.padEnd(34)}${seconds.toFixed(2).padStart(7)} s  ${heap}process ${gib(process.memoryUsage.rss())}`,
  );
  return result;
}

const model = await measured('made', () => createModel(size.config, { seed: 1 }));
console.log(
  `${size.name}: ${parameterCount(model).toLocaleString('en-US')} parameters; batch ${batch}, length ${length}`,
);
const { vocab_size: vocab } = model.config;
const draw = (seed) => Int32Array.from({ length: batch * length }, (_, i) => (Math.imul(i + 1, seed) >>> 8) % vocab);
const ids = tf.tensor2d(draw(2654435761), [batch, length], 'int32');
const labels = tf.tensor1d(draw(2246822519), 'int32');

const forward = async () => {
  const logits = model.logits(ids);
  const values = await logits.data();
  logits.dispose();
  return values;
};
await measured('forward, the first', forward);
await measured('forward', forward);

const optimizer = new AdamW(model, { learningRate: 1e-3, weightDecay: 1e-5, noDecay: vectorsDoNotDecay });
const loss = (dropoutSeed) => () =>
  tf.tidy(() => {
    const logits = model.logits(ids, { dropoutSeed });
    return tf.mean(softmaxCrossEntropy(tf.reshape(logits, [batch * length, vocab]), labels));
  });
const named = [...model.namedParameters()].filter(([, { variable }]) => variable.trainable);
for (let step = 1; step <= steps; step++) {
  const before = tf.memory().numTensors;
  const value = await measured(`step ${step}`, async () => {
    const { value, grads } = variableGradients(loss(step), model.trainableVariables());
    const packed = tf.tidy(() =>
      optimizer.pack(new Map(named.map(([name, { variable }]) => [name, grads[variable.name]]))),
    );
    tf.dispose(grads);
    optimizer.update(packed);
    tf.dispose(packed);
    const [number] = await value.data();
    value.dispose();
    return number;
  });
  const kept = tf.memory().numTensors - before;
  console.log(`  loss ${value.toFixed(4)}${step > 1 ? `, tensors left by the step: ${kept}` : ''}`);
}
optimizer.dispose();

const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'orchid-bert-'));
const trained = await stateDict(model);
const scores = await forward();
await measured('saved', () => saveModel(folder, model));
const files = readdirSync(folder).map(
  (file) => `${file} ${(statSync(join(folder, file)).size / 2 ** 20).toFixed(1)} MiB`,
);
console.log(`  ${files.join(', ')}`);
model.dispose();
const { model: again } = await measured('loaded', () => fromPretrained(folder));
let different = 0;
for (const [name, { data }] of await stateDict(again)) {
  const bits = new Uint32Array(data.buffer);
  const wanted = new Uint32Array(trained.get(name).data.buffer);
  for (let i = 0; i < bits.length; i++) if (bits[i] !== wanted[i]) different++;
}
const logits = again.logits(ids);
const same = (await logits.data()).every((value, i) => value === scores[i]);
console.log(`weights that differ: ${different}; logits ${same ? 'equal to the last bit' : 'DIFFER'}`);
tf.dispose([ids, labels, logits]);
again.dispose();
if (!options.folder) rmSync(folder, { recursive: true });
process.exitCode = different === 0 && same ? 0 : 1;
