// `orchid bench fft`: how fast the transforms are, in points and in the flops that FFT benchmarks count.
import { recordDispatches } from '@orchid-ml/backends/webgpu-host';
import { dct, fft, idct, ifft, irfft, rfft } from '@orchid-ml/fft';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.ts';
import { type Io, say } from '../io.ts';
import { profileDispatchesOf } from '../run/dispatch-profile.ts';
import { startEngine } from '../run/engine.ts';
import { type BenchOptions, report } from '../run/measure.ts';
import { median, rounded, timings } from '../run/timings.ts';

interface Options extends BenchOptions {
  readonly op: string;
  readonly batch: number;
  readonly length: readonly number[];
  readonly axis: number;
  readonly peer?: boolean;
}

interface Transform {
  /** real transforms do half the work of complex ones */
  readonly real: boolean;
  /** takes real and imaginary parts */
  readonly pair?: boolean;
  /** how many points the input has along the axis, for a transform of n points */
  readonly inputLength: (n: number) => number;
  readonly run: (re: tf.Tensor, im: tf.Tensor, n: number, axis: number) => tf.Tensor[];
  /** TensorFlow.js's own, along the last axis, where it has one */
  readonly peer?: (re: tf.Tensor, im: tf.Tensor, n: number) => tf.Tensor[];
}

const same = (n: number) => n;
const pair = (z: { re: tf.Tensor; im: tf.Tensor }): tf.Tensor[] => [z.re, z.im];
/** The parts of a complex tensor that `make` makes. */
const parts = (make: () => tf.Tensor): tf.Tensor[] => {
  const { re, im } = tf.tidy(() => {
    const z = make();
    return { re: tf.real(z), im: tf.imag(z) };
  });
  return [re, im];
};
const transforms: Readonly<Record<string, Transform>> = {
  rfft: {
    real: true,
    inputLength: same,
    run: (re, _im, n, axis) => pair(rfft(re, { n, axis })),
    peer: (re, _im, n) => parts(() => tf.spectral.rfft(re, n)),
  },
  irfft: {
    real: true,
    pair: true,
    inputLength: (n) => Math.floor(n / 2) + 1,
    run: (re, im, n, axis) => [irfft({ re, im }, { n, axis })],
  },
  fft: {
    real: false,
    pair: true,
    inputLength: same,
    run: (re, im, n, axis) => pair(fft({ re, im }, { n, axis })),
    peer: (re, im) => parts(() => tf.spectral.fft(tf.complex(re, im))),
  },
  ifft: { real: false, pair: true, inputLength: same, run: (re, im, n, axis) => pair(ifft({ re, im }, { n, axis })) },
  dct: { real: true, inputLength: same, run: (re, _im, n, axis) => [dct(re, { n, axis })] },
  idct: { real: true, inputLength: same, run: (re, _im, n, axis) => [idct(re, { n, axis })] },
};

export async function run(_args: readonly string[], options: Options, io: Io): Promise<number> {
  const transform = transforms[options.op];
  if (!transform)
    throw new UsageError(`--op ${options.op}: there is no such transform; want ${Object.keys(transforms).join(', ')}`);
  if (options.axis > 1)
    throw new UsageError(`--axis ${options.axis}: want 1 for [batch, length] or 0 for [length, batch]`);
  if (options.peer && !(transform.peer && options.axis === 1))
    throw new UsageError(`--peer: TensorFlow.js has rfft and fft to compare with, along axis 1`);
  const engine = await startEngine(options.backend, options.blas);
  if (!options.json) say(io, `engine: ${engine}`);
  for (const length of options.length) {
    const points = transform.inputLength(length);
    const shape = options.axis === 1 ? [options.batch, points] : [points, options.batch];
    const re = tf.randomNormal(shape, 0, 1, 'float32', 1);
    const im = tf.randomNormal(shape, 0, 1, 'float32', 2);
    const work = (): tf.Tensor[] => transform.run(re, im, length, options.axis);
    const times = await timings(work, options.repeats);
    const moved = engine.name === 'webgpu' ? await bytesMoved(work, transform.pair ? [re, im] : [re]) : {};
    const peer = options.peer
      ? median(await timings(() => transform.peer!(re, im, length), options.repeats))
      : undefined;
    tf.dispose([re, im]);
    const seconds = median(times) / 1000;
    const flops = (5 * length * Math.log2(Math.max(2, length)) * options.batch) / (transform.real ? 2 : 1);
    report(io, options.json, {
      bench: 'fft',
      backend: engine.name,
      op: options.op,
      batch: options.batch,
      length,
      axis: options.axis,
      medianMs: rounded(seconds * 1000),
      bestMs: rounded(Math.min(...times)),
      pointsPerSecond: Math.round((options.batch * length) / seconds),
      gflops: rounded(flops / seconds / 1e9),
      ...moved,
      ...(peer === undefined ? {} : { tfjsMs: rounded(peer), timesAsFast: rounded(peer / (1000 * seconds)) }),
    });
  }
  return 0;
}

/** What a transform moves through the device's memory, beside the least: each input read once, each output written once. */
async function bytesMoved(work: () => tf.Tensor[], inputs: readonly tf.Tensor[]) {
  const { result, dispatches } = await recordDispatches(work);
  const floor = [...inputs, ...result].reduce((sum, { size }) => sum + 4 * size, 0);
  const bytes = dispatches.reduce((sum, { readBytes, writtenBytes }) => sum + readBytes + writtenBytes, 0);
  tf.dispose(result);
  const { copyGigabytesPerSecond, deviceMs } = (await profileDispatchesOf(work)).totals;
  const moved = { megabytes: rounded(bytes / 1e6), floorMegabytes: rounded(floor / 1e6) };
  return { dispatches: dispatches.length, ...moved, copyGigabytesPerSecond, deviceMs };
}
