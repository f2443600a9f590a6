// A model and a task small enough to follow in the head, for this package's tests: is a point inside a circle?
import { Rng, type RngState } from '@orchid-ml/datasets';
import { Module } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { spans } from '../src/tasks/spans.ts';
import type { Part, Scores, Task } from '../src/tasks/task.ts';

/** 2 inputs, 16 tanh units, 1 logit. */
export class TinyModel extends Module {
  readonly w1;
  readonly b1;
  readonly w2;
  readonly b2;

  constructor(seed = 0) {
    super();
    const rng = new Rng(seed, 'weights');
    const random = (rows: number, columns: number) =>
      tf.tensor2d(
        Array.from({ length: rows * columns }, () => rng.uniform() * 2 - 1),
        [rows, columns],
      );
    this.w1 = this.addParameter('first.weight', random(2, 16));
    this.b1 = this.addParameter('first.bias', tf.zeros([16]));
    this.w2 = this.addParameter('second.weight', random(16, 1), { learningRate: 0.02, weightDecay: 0 });
    this.b2 = this.addParameter('second.bias', tf.zeros([1]));
  }

  logits(points: tf.Tensor2D): tf.Tensor1D {
    const hidden = tf.tanh(tf.add(tf.matMul(points, this.w1.value as tf.Tensor2D), this.b1.value));
    return tf.reshape(tf.add(tf.matMul(hidden as tf.Tensor2D, this.w2.value as tf.Tensor2D), this.b2.value), [-1]);
  }
}

export interface Points {
  readonly points: Float32Array;
  readonly inside: Float32Array;
}

/** Fresh points every batch; `poison` may spoil one. */
export class CircleTask implements Task<TinyModel, Points> {
  readonly name = 'circle';
  readonly settings = { batchSize: 64 };
  readonly metrics = ['accuracy'];
  readonly tokensPerBatch = 64;
  batches = 0;
  poison: (batch: number, points: Points) => void = () => {};
  readonly #rng: Rng;

  constructor(seed = 0) {
    this.#rng = new Rng(seed, 'circle');
  }

  get state(): unknown {
    return this.#rng.state;
  }

  set state(state: unknown) {
    this.#rng.state = state as RngState;
  }

  nextBatch(): Points {
    const batch = draw(this.#rng, 64);
    this.poison(this.batches++, batch);
    return batch;
  }

  split({ points, inside }: Points, parts: number): Part<Points>[] {
    return spans(inside.length, parts).map(([start, end]) => ({
      batch: { points: points.subarray(2 * start, 2 * end), inside: inside.subarray(start, end) },
      weight: (end - start) / inside.length,
    }));
  }

  loss(model: TinyModel, { points, inside }: Points) {
    const logits = model.logits(tf.tensor2d(points, [points.length / 2, 2]));
    const wanted = tf.tensor1d(inside);
    // log(1 + e^x) - y·x
    const loss = tf.mean(tf.sub(tf.softplus(logits), tf.mul(wanted, logits))) as tf.Scalar;
    const right = tf.equal(tf.cast(tf.greater(logits, 0), 'float32'), wanted);
    return { loss, metrics: { accuracy: tf.mean(tf.cast(right, 'float32')) as tf.Scalar } };
  }

  async evaluate(model: TinyModel, signal?: AbortSignal): Promise<Scores> {
    signal?.throwIfAborted();
    const both = tf.tidy(() => {
      const { loss, metrics } = this.loss(model, draw(new Rng(99), 1000));
      return tf.stack([loss, metrics.accuracy]);
    });
    const [loss, accuracy] = await both.data();
    both.dispose();
    return { loss: loss!, accuracy: accuracy! };
  }
}

function draw(rng: Rng, count: number): Points {
  const points = Float32Array.from({ length: 2 * count }, () => rng.uniform() * 2 - 1);
  const inside = Float32Array.from({ length: count }, (_, i) =>
    Math.hypot(points[2 * i]!, points[2 * i + 1]!) < 0.7 ? 1 : 0,
  );
  return { points, inside };
}
