// Times the convolution on the wasm engine and prints JSON lines; bench/run.mjs runs it beside the peer.
//
//   measure.ts [--length 4096] [--operators 5] [--repeats 7]
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { useBackend } from '@orchid-ml/backends';
import * as tf from '@tensorflow/tfjs-core';
import { ddConv, longConv } from '../src/index.ts';

const { values: options } = parseArgs({
  options: {
    length: { type: 'string', default: '4096' },
    operators: { type: 'string', default: '5' },
    repeats: { type: 'string', default: '7' },
  },
});
const [batch, length, width] = [8, Number(options.length), 128];
const repeats = Number(options.repeats);

async function time(what: string, work: () => tf.TensorContainer): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < repeats + 2; i++) {
    const start = performance.now();
    const out = tf.tidy(work);
    const elapsed = performance.now() - start;
    tf.dispose(out);
    if (i >= 2) times.push(elapsed);
  }
  times.sort((a, b) => a - b);
  const medianMs = times[repeats >> 1]!;
  const tokensPerSecond = Math.round((batch * length) / (medianMs / 1e3));
  console.log(JSON.stringify({ what, batch, length, width, medianMs: Number(medianMs.toFixed(2)), tokensPerSecond }));
}

// As the command `orchid` does: Node 20 has relaxed SIMD behind a flag.
if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
await useBackend('wasm');
const x = tf.randomNormal([batch, length, width], 0, 1, 'float32', 1) as tf.Tensor3D;
const k = tf.randomNormal([batch, length, width], 0, 1, 'float32', 2) as tf.Tensor3D;
const operators: [string, (...t: tf.Tensor[]) => tf.Tensor3D, tf.Tensor[]][] = [
  ['longConv, kernel per example', (x, k) => longConv(x as tf.Tensor3D, k as tf.Tensor3D), [x, k]],
  ...(options.operators === '1' ? [] : others()),
];
const dy = tf.ones([batch, length, width]) as tf.Tensor3D;
for (const [name, run, inputs] of operators) {
  await time(`${name}: forward`, () => run(...inputs));
  // The loss is the sum of y; its gradient, ones, is there already, as it is (by strides) for the peer.
  const both = tf.valueAndGrads((...t: tf.Tensor[]) => run(...t));
  await time(`${name}: forward + backward`, () => {
    const { value, grads } = both(inputs, dy);
    return [tf.sum(value), grads];
  });
}

function others(): typeof operators {
  const h = tf.reshape(tf.slice(k, [0, 0, 0], [1, length, width]), [length, width]);
  const bins = length / 2 + 1;
  const re = tf.randomNormal([batch, bins, width], 0, 1, 'float32', 3) as tf.Tensor3D;
  const im = tf.randomNormal([batch, bins, width], 0, 1, 'float32', 4) as tf.Tensor3D;
  const d = tf.randomNormal([width], 0, 1, 'float32', 5) as tf.Tensor1D;

  return [
    ['longConv, one kernel', (x, h) => longConv(x as tf.Tensor3D, h as tf.Tensor2D), [x, h]],
    ['longConv causal, one kernel', (x, h) => longConv(x as tf.Tensor3D, h as tf.Tensor2D, { mode: 'causal' }), [x, h]],
    [
      'ddConv dft, kernel, spectrum, skip',
      (z, h, re, im, d) =>
        ddConv(z as tf.Tensor3D, { kernel: h as tf.Tensor2D, spectrum: { re: re!, im: im! }, skip: d as tf.Tensor1D }),
      [x, h, re, im, d],
    ],
    [
      'ddConv dct, kernel, spectrum, skip',
      (z, h, s, d) =>
        ddConv(z as tf.Tensor3D, {
          kernel: h as tf.Tensor2D,
          spectrum: s as tf.Tensor3D,
          skip: d as tf.Tensor1D,
          transform: 'dct',
        }),
      [x, h, k, d],
    ],
  ];
}
