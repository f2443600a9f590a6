// `orchid bench fft`: how fast the transforms are, in points and in the flops that FFT benchmarks count.
import { dct, fft, idct, ifft, irfft, rfft } from '@orchid-ml/fft';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.ts';
import { type Io, say } from '../io.ts';
import { startEngine } from '../run/engine.ts';
import { type BenchOptions, report } from '../run/measure.ts';
import { median, rounded, timings } from '../run/timings.ts';

interface Options extends BenchOptions {
  readonly op: string;
  readonly batch: number;
  readonly length: readonly number[];
  readonly axis: number;
}

interface Transform {
  /** real transforms do half the work of complex ones */
  readonly real: boolean;
  /** how many points the input has along the axis, for a transform of n points */
  readonly inputLength: (n: number) => number;
  readonly run: (re: tf.Tensor, im: tf.Tensor, n: number, axis: number) => tf.Tensor[];
}

const same = (n: number) => n;
const pair = (z: { re: tf.Tensor; im: tf.Tensor }): tf.Tensor[] => [z.re, z.im];
const transforms: Readonly<Record<string, Transform>> = {
  rfft: { real: true, inputLength: same, run: (re, _im, n, axis) => pair(rfft(re, { n, axis })) },
  irfft: {
    real: true,
    inputLength: (n) => Math.floor(n / 2) + 1,
    run: (re, im, n, axis) => [irfft({ re, im }, { n, axis })],
  },
  fft: { real: false, inputLength: same, run: (re, im, n, axis) => pair(fft({ re, im }, { n, axis })) },
  ifft: { real: false, inputLength: same, run: (re, im, n, axis) => pair(ifft({ re, im }, { n, axis })) },
  dct: { real: true, inputLength: same, run: (re, _im, n, axis) => [dct(re, { n, axis })] },
  idct: { real: true, inputLength: same, run: (re, _im, n, axis) => [idct(re, { n, axis })] },
};

export async function run(_args: readonly string[], options: Options, io: Io): Promise<number> {
  const transform = transforms[options.op];
  if (!transform)
    throw new UsageError(`--op ${options.op}: there is no such transform; want ${Object.keys(transforms).join(', ')}`);
  if (options.axis > 1)
    throw new UsageError(`--axis ${options.axis}: want 1 for [batch, length] or 0 for [length, batch]`);
  const engine = await startEngine(options.backend, options.blas);
  if (!options.json) say(io, `engine: ${engine}`);
  for (const length of options.length) {
    const points = transform.inputLength(length);
    const shape = options.axis === 1 ? [options.batch, points] : [points, options.batch];
    const re = tf.randomNormal(shape, 0, 1, 'float32', 1);
    const im = tf.randomNormal(shape, 0, 1, 'float32', 2);
    const times = await timings(() => transform.run(re, im, length, options.axis), options.repeats);
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
    });
  }
  return 0;
}
