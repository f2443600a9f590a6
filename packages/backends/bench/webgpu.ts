// Times this package's webgpu kernels beside the same work composed of tfjs-backend-webgpu's ops, in one process and in turn, at
// the sizes of a training step (B 8, L 1,024, D 128), with the bytes that a kernel moves beside the least it could.
//
//   node --import tsx bench/webgpu.ts [ROUNDS]
import * as tf from '@tensorflow/tfjs-core';
import { markdownTable, median } from '../../../tooling/bench/report.mjs';
import { describeBackend, useBackend } from '../src/index.ts';
import { gelu, groupedConv1d, layerNorm, linear, softmaxCrossEntropy } from '../src/ops/index.ts';
import { recordDispatches } from '../src/webgpu-host/index.ts';

const rounds = Number(process.argv[2] ?? 5);
const [batch, length, width, inner, vocabulary] = [8, 1024, 128, 512, 64];
const rows = batch * length;

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;
interface Case {
  readonly what: string;
  readonly inputs: readonly number[][];
  /** values of the result */
  readonly output: number;
  readonly own: Op;
  readonly composed: Op;
}

await useBackend('webgpu');
const taps = 3;
const labels = tf.zeros([rows], 'int32') as tf.Tensor1D;
const cases: readonly Case[] = [
  {
    what: 'layerNorm',
    inputs: [[rows, width], [width], [width]],
    output: rows * width,
    own: (x, w, b) => layerNorm(x!, w as tf.Tensor1D, b as tf.Tensor1D),
    composed: (x, w, b) => {
      const centred = tf.sub(x!, tf.mean(x!, -1, true));
      const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5));
      return tf.add(tf.mul(tf.mul(centred, scale), w!), b!);
    },
  },
  {
    what: 'gelu',
    inputs: [[rows, inner]],
    output: rows * inner,
    own: (x) => gelu(x!),
    composed: (x) => tf.mul(tf.mul(x!, 0.5), tf.add(tf.erf(tf.mul(x!, Math.SQRT1_2)), 1)),
  },
  {
    what: 'groupedConv1d, depthwise, 3 taps',
    inputs: [
      [batch, length, 3 * width],
      [3 * width, 1, taps],
    ],
    output: 3 * rows * width,
    own: (x, w) => groupedConv1d(x as tf.Tensor3D, w as tf.Tensor3D, null, { groups: 3 * width, padding: 'same' }),
    composed: (x, w) => {
      const filter = tf.reshape(tf.transpose(w!, [2, 0, 1]), [1, taps, 3 * width, 1]) as tf.Tensor4D;
      const image = tf.reshape(x!, [batch, 1, length, 3 * width]) as tf.Tensor4D;
      return tf.reshape(tf.depthwiseConv2d(image, filter, 1, 'same'), x!.shape);
    },
  },
  {
    what: `linear with gelu, ${width} to ${inner}`,
    inputs: [[rows, width], [inner, width], [inner]],
    output: rows * inner,
    own: (x, w, b) => linear(x!, w as tf.Tensor2D, b as tf.Tensor1D, 'gelu'),
    composed: (x, w, b) => {
      const sums = tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D, false, true), b!);
      return tf.mul(tf.mul(sums, 0.5), tf.add(tf.erf(tf.mul(sums, Math.SQRT1_2)), 1));
    },
  },
  {
    what: `softmaxCrossEntropy, ${vocabulary} classes`,
    inputs: [[rows, vocabulary]],
    output: rows,
    own: (x) => softmaxCrossEntropy(x as tf.Tensor2D, labels),
    composed: (x) => tf.sub(tf.logSumExp(x!, -1), tf.sum(tf.mul(x!, tf.oneHot(labels, vocabulary) as tf.Tensor), -1)),
  },
];

/** Runs the work and waits for the last of its results. */
async function timed(work: () => tf.Tensor[]): Promise<number> {
  const started = performance.now();
  const results = tf.tidy(work);
  const end = tf.tidy(() => tf.slice(tf.reshape(results.at(-1)!, [-1]), [0], [1]));
  await end.data();
  const time = performance.now() - started;
  tf.dispose([end, ...results]);
  return time;
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
const table: string[][] = [];
for (const { what, inputs, output, own, composed } of cases) {
  const tensors = inputs.map((shape, i) => tf.randomNormal(shape, 0, 1, 'float32', i + 1));
  const dy = tf.tidy(() => tf.onesLike(own(...tensors)));
  const values = tensors.reduce((sum, { size }) => sum + size, 0);
  for (const [pass, least, run] of [
    ['forward', values + output, (op: Op) => () => [op(...tensors)]],
    // Forward and backward: the inputs once more and dy, and a gradient for every input.
    ['with gradients', 3 * values + 2 * output, (op: Op) => () => tf.grads(op)(tensors, dy)],
  ] as const) {
    const times: Record<'own' | 'composed', number[]> = { own: [], composed: [] };
    const { result, dispatches } = await recordDispatches(() => tf.tidy(run(own)));
    tf.dispose(result);
    await timed(run(composed));
    for (let round = 0; round < rounds; round++) {
      times.own.push(await timed(run(own)));
      times.composed.push(await timed(run(composed)));
    }
    const bytes = dispatches.reduce((sum, { readBytes, writtenBytes }) => sum + readBytes + writtenBytes, 0);
    const [ours, theirs] = [median(times.own), median(times.composed)];
    table.push([
      `${what}, ${pass}`,
      ours.toFixed(1),
      theirs.toFixed(1),
      `${(theirs / ours).toFixed(1)}x`,
      String(dispatches.length),
      megabytes(bytes),
      megabytes(4 * least),
    ]);
  }
  tf.dispose([...tensors, dy]);
}
console.log(`${describeBackend()}, medians of ${rounds} in turn.\n`);
console.log(markdownTable(['', 'ms', 'ms, tfjs ops', '', 'dispatches', 'MB moved', 'MB at least'], table));
process.exit(0);
