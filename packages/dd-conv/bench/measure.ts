// Times the convolution on the wasm engine, or on webgpu, and prints JSON lines; bench/run.mjs runs it beside the peer.
//
//   measure.ts [--backend webgpu] [--length 4096] [--batch 8] [--width 128] [--operators 5] [--repeats 7]
//
// On webgpu a line also has dispatches, and bytes: those moved, and the floor, each tensor read or written once.
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { useBackend } from '@orchid-ml/backends';
import { recordDispatches } from '@orchid-ml/backends/webgpu-host';
import * as tf from '@tensorflow/tfjs-core';
import { ddConv, longConv } from '../src/index.ts';

const { values: options } = parseArgs({
  options: {
    backend: { type: 'string', default: 'wasm' },
    length: { type: 'string', default: '4096' },
    batch: { type: 'string', default: '8' },
    width: { type: 'string', default: '128' },
    operators: { type: 'string', default: '5' },
    repeats: { type: 'string', default: '7' },
  },
});
const [batch, length, width] = [Number(options.batch), Number(options.length), Number(options.width)];
const isWebGpu = options.backend === 'webgpu';
const repeats = Number(options.repeats);

/** `floor`: bytes that must be moved. */
async function time(what: string, floor: number, work: () => tf.Tensor[]): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < repeats + 2; i++) {
    const start = performance.now();
    const out = tf.tidy(work);
    // A number of the result: when it is here, the device is done.
    if (isWebGpu) {
      const probe = tf.tidy(() => tf.slice(tf.reshape(out[0]!, [-1]), [0], [1]));
      await probe.data();
      probe.dispose();
    }
    const elapsed = performance.now() - start;
    tf.dispose(out);
    if (i >= 2) times.push(elapsed);
  }
  times.sort((a, b) => a - b);
  const medianMs = times[repeats >> 1]!;
  const tokensPerSecond = Math.round((batch * length) / (medianMs / 1e3));
  const line = { what, batch, length, width, medianMs: Number(medianMs.toFixed(2)), tokensPerSecond };
  console.log(JSON.stringify(isWebGpu ? { ...line, ...(await moved(floor, work)) } : line));
}

/** Dispatches, and bytes, of our own kernels. */
async function moved(floor: number, work: () => tf.Tensor[]) {
  const { result, dispatches } = await recordDispatches(() => tf.tidy(work));
  tf.dispose(result);
  const bytes = dispatches.reduce((sum, { readBytes, writtenBytes }) => sum + readBytes + writtenBytes, 0);
  return { dispatches: dispatches.length, bytes, floor };
}

// As the command `orchid` does: Node 20 has relaxed SIMD behind a flag.
if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
await useBackend(isWebGpu ? 'webgpu' : 'wasm');
const x = tf.randomNormal([batch, length, width], 0, 1, 'float32', 1) as tf.Tensor3D;
const k = tf.randomNormal([batch, length, width], 0, 1, 'float32', 2) as tf.Tensor3D;
const operators: [string, (...t: tf.Tensor[]) => tf.Tensor3D, tf.Tensor[]][] = [
  ['longConv, kernel per example', (x, k) => longConv(x as tf.Tensor3D, k as tf.Tensor3D), [x, k]],
  ...(options.operators === '1' ? [] : others()),
];
const dy = tf.ones([batch, length, width]) as tf.Tensor3D;
const sizeOf = (tensors: readonly tf.Tensor[]) => 4 * tensors.reduce((sum, { size }) => sum + size, 0);
for (const [name, run, inputs] of operators) {
  const forward = sizeOf([...inputs, dy]);
  await time(`${name}: forward`, forward, () => [run(...inputs)]);
  // The loss is the sum of y; its gradient, ones, is there already, as it is (by strides) for the peer.
  const both = tf.valueAndGrads((...t: tf.Tensor[]) => run(...t));
  await time(`${name}: forward + backward`, forward + sizeOf([...inputs, ...inputs, dy]), () => {
    const { value, grads } = both(inputs, dy);
    return isWebGpu ? [grads[0]!, value, ...grads.slice(1)] : [tf.sum(value), ...grads];
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
