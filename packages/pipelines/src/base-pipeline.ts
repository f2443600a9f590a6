// What all pipelines do alike: a batch is checked, computed within a tidy, read once, and cut into answers.
import type { Model, ModelConfig } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import type { Pipeline, Prepared, Preparer } from './types.ts';

/** A pipeline but for its tensors and its answers. */
export abstract class BasePipeline<Input, Options, P extends Prepared, Answer, M extends Model>
  implements Pipeline<Input, Options, P, Answer>
{
  readonly task: P['task'];
  readonly model: M;
  readonly #preparer: Preparer<Input, Options, P>;

  constructor(model: M, preparer: Preparer<Input, Options, P>) {
    this.task = preparer.task;
    this.model = model;
    this.#preparer = preparer;
  }

  get config(): ModelConfig {
    return this.#preparer.config;
  }

  prepare(input: Input, options?: Options): P {
    return this.#preparer.prepare(input, options);
  }

  async run(batch: readonly P[]): Promise<Answer[]> {
    this.#check('run', batch);
    if (batch.length === 0) return [];
    return this.answers(batch, await read(() => this.scores(batch)));
  }

  async embed(batch: readonly P[]): Promise<Float32Array[]> {
    this.#check('embed', batch);
    if (batch.length === 0) return [];
    const means = await read(() => this.means(batch));
    const width = means.length / batch.length;
    return batch.map((_, i) => means.slice(i * width, (i + 1) * width));
  }

  dispose(): void {
    this.model.dispose();
  }

  /** The model's scores of a batch; within a tidy. */
  protected abstract scores(batch: readonly P[]): tf.Tensor;

  /** @param values of {@link scores}, row-major */
  protected abstract answers(batch: readonly P[], values: Float32Array): Answer[];

  /** The means of the last hidden states, [B, D]; within a tidy. */
  protected abstract means(batch: readonly P[]): tf.Tensor;

  #check(what: string, batch: readonly P[]): void {
    const [first] = batch;
    for (const { task, bucket } of batch) {
      if (task !== this.task) throw new Error(`${what}: an input is for ${task}; this pipeline is for ${this.task}`);
      if (bucket !== first!.bucket) {
        throw new Error(`${what}: inputs of the buckets ${first!.bucket} and ${bucket}; want one bucket a batch`);
      }
    }
  }
}

async function read(compute: () => tf.Tensor): Promise<Float32Array> {
  const tensor = tf.tidy(compute);
  try {
    return (await tensor.data()) as Float32Array;
  } finally {
    tensor.dispose();
  }
}

/** Rows of one length as one tensor of ids, int32 [B, L]. */
export function idTensor(rows: readonly Int32Array[]): tf.Tensor2D {
  const length = rows[0]!.length;
  const all = new Int32Array(rows.length * length);
  for (const [i, row] of rows.entries()) all.set(row, i * length);
  return tf.tensor2d(all, [rows.length, length], 'int32');
}

/** Values of one shape as one tensor, float32 [B, ...shape]. */
export function valueTensor(rows: readonly Float32Array[], shape: readonly number[]): tf.Tensor {
  const size = rows[0]!.length;
  const all = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries()) all.set(row, i * size);
  return tf.tensor(all, [rows.length, ...shape], 'float32');
}
