// `orchid bench conv`: the data-dependent convolution alone, a kernel for each example, with or without its gradients.
import { longConv } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { type Io, say } from '../io.ts';
import { profileDispatchesOf } from '../run/dispatch-profile.ts';
import { startEngine } from '../run/engine.ts';
import { type BenchOptions, report } from '../run/measure.ts';
import { median, rounded, timings } from '../run/timings.ts';

interface Options extends BenchOptions {
  readonly batch: number;
  readonly length: readonly number[];
  readonly width: number;
  readonly backward?: boolean;
}

export async function run(_args: readonly string[], options: Options, io: Io): Promise<number> {
  const engine = await startEngine(options.backend, options.blas);
  if (!options.json) say(io, `engine: ${engine}`);
  const { batch, width } = options;
  for (const length of options.length) {
    const x = tf.randomNormal<tf.Rank.R3>([batch, length, width], 0, 1, 'float32', 1);
    const h = tf.randomNormal<tf.Rank.R3>([batch, length, width], 0, 1, 'float32', 2);
    // The loss is the sum of the outputs, so their gradient is ones; it is made once, since making it is not what is timed.
    const dy = tf.ones<tf.Rank.R3>([batch, length, width]);
    const valueAndGradients = tf.valueAndGrads((a, b) => longConv(a as tf.Tensor3D, b as tf.Tensor3D));
    const forward = (): tf.Tensor[] => [longConv(x, h)];
    const both = (): tf.Tensor[] => {
      const { value, grads } = valueAndGradients([x, h], dy);
      const loss = tf.sum(value);
      value.dispose();
      return [loss, ...grads];
    };
    const work = options.backward ? both : forward;
    const times = await timings(work, options.repeats);
    const moved = engine.name === 'webgpu' ? (await profileDispatchesOf(work)).totals : {};
    tf.dispose([x, h, dy]);
    const seconds = median(times) / 1000;
    report(io, options.json, {
      bench: 'conv',
      backend: engine.name,
      direction: options.backward ? 'forward+backward' : 'forward',
      batch,
      length,
      width,
      medianMs: rounded(seconds * 1000),
      bestMs: rounded(Math.min(...times)),
      pointsPerSecond: Math.round((batch * length * width) / seconds),
      ...moved,
    });
  }
  return 0;
}
