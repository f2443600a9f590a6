// `orchid bench step`: a whole training step, the figure that decides how long a run takes.
import { softmaxCrossEntropy } from '@orchid-ml/backends/ops';
import { createModel, parameterCount } from '@orchid-ml/orchid-models';
import { AdamW } from '@orchid-ml/trainers';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.ts';
import { type Io, say } from '../io.ts';
import { startEngine } from '../run/engine.ts';
import { type BenchOptions, median, report, rounded, timings } from '../run/measure.ts';

interface Options extends BenchOptions {
  readonly batch: number;
  readonly length: readonly number[];
  readonly width: number;
  readonly layers: number;
  readonly vocab: number;
  readonly transform: string;
}

export async function run(_args: readonly string[], options: Options, io: Io): Promise<number> {
  const { batch, width, vocab, layers, transform } = options;
  if (transform !== 'dft' && transform !== 'dct') throw new UsageError(`--transform ${transform}: want dft or dct`);
  const engine = await startEngine(options.backend);
  if (!options.json) say(io, `engine: ${engine}`);
  for (const length of options.length) {
    const model = createModel({
      model_type: 'orchid-masked-lm',
      vocab_size: vocab,
      hidden_size: width,
      num_hidden_layers: layers,
      intermediate_size: 4 * width,
      max_position_embeddings: length,
      conditioning: 'I',
      transform,
      fft_norm: 'forward',
    });
    const optimizer = new AdamW(model, { learningRate: 1e-3 });
    const draw = (seed: number) => tf.cast(tf.randomUniform([batch, length], 0, vocab, 'float32', seed), 'int32');
    const ids = draw(1) as tf.Tensor2D;
    const labels = tf.reshape(draw(2), [-1]) as tf.Tensor1D;
    const names = new Map([...model.namedParameters()].map(([name, { variable }]) => [variable.name, name]));
    const work = (): tf.Tensor[] => {
      const { value, grads } = tf.variableGrads(() => {
        const logits = tf.reshape(model.logits(ids), [-1, vocab]) as tf.Tensor2D;
        return tf.mean(softmaxCrossEntropy(logits, labels)) as tf.Scalar;
      }, model.trainableVariables());
      optimizer.step(new Map(Object.entries(grads).map(([variable, gradient]) => [names.get(variable)!, gradient])));
      tf.dispose(grads);
      return [value];
    };
    const times = await timings(work, options.repeats);
    const parameters = parameterCount(model);
    tf.dispose([ids, labels]);
    optimizer.dispose();
    model.dispose();
    const seconds = median(times) / 1000;
    report(io, options.json, {
      bench: 'step',
      backend: engine.name,
      transform,
      batch,
      length,
      width,
      layers,
      vocab,
      parameters,
      medianMs: rounded(seconds * 1000),
      bestMs: rounded(Math.min(...times)),
      tokensPerSecond: Math.round((batch * length) / seconds),
    });
  }
  return 0;
}
