// Angular locality-sensitive hashing: vectors that point the same way fall into the same bucket, most of the time.
import { Module, normal, Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { checkCount } from '../layers/checks.ts';

export interface LshHashOptions {
  /** d, channels of a vector */
  width: number;
  /** hashes of each vector */
  rounds: number;
  /** buckets a round: an even number, or even numbers whose product they are, of which each is hashed by itself */
  buckets: number | readonly number[];
  /** of the random rotations */
  seed: number;
}

/** Beyond this many, buckets are the product of two numbers: rotations then cost O(√buckets) a vector instead of O(buckets). */
const MOST_AT_ONCE = 128;

/**
 * How many buckets suit sequences of up to lMax positions in chunks of `chunk`: two for each chunk (Kitaev et al. 2020,
 * section 2), in two near-equal even factors where they are many.
 */
export function bucketsFor(lMax: number, chunk: number): number[] {
  const count = 2 * Math.ceil(lMax / chunk);
  if (count <= MOST_AT_ONCE) return [count];
  const first = 2 * Math.ceil(Math.sqrt(count) / 2);
  return [first, 2 * Math.ceil(count / first / 2)];
}

/**
 * h(x) = argmax([x·R; -x·R]) with a random matrix R [d, buckets/2] a round (Andoni et al. 2015; Kitaev et al. 2020, section 2).
 * The rotations come from the seed alone and stay as they are: they are constants, which are not saved, and a model hashes
 * alike before and after saving, in every worker and when it is run again for the gradients.
 */
export class LshHash extends Module {
  readonly rounds: number;
  /** buckets a round in all */
  readonly buckets: number;
  readonly #factors: readonly number[];
  readonly #rotations: tf.Tensor2D;

  /** @throws Error for counts that are not positive integers, and for odd numbers of buckets */
  constructor({ width, rounds, buckets, seed }: LshHashOptions) {
    super();
    checkCount('LshHash: width', width);
    this.rounds = checkCount('LshHash: rounds', rounds);
    this.#factors = typeof buckets === 'number' ? [buckets] : buckets;
    const isEven = (count: number) => Number.isSafeInteger(count) && count >= 2 && count % 2 === 0;
    if (this.#factors.length === 0 || !this.#factors.every(isEven)) {
      throw new Error(`LshHash: buckets is ${JSON.stringify(buckets)}; want an even number or even numbers`);
    }
    this.buckets = this.#factors.reduce((product, factor) => product * factor, 1);
    const columns = this.#factors.reduce((sum, factor) => sum + factor / 2, 0);
    const drawn = normal(new Rng(seed), [width, rounds * columns]) as tf.Tensor2D;
    this.#rotations = this.addBuffer('rotations', drawn);
  }

  /** vectors [N, d] float32 -> buckets [N, rounds], whole numbers from 0 to buckets - 1 as float32; without a gradient */
  forward(vectors: tf.Tensor2D): tf.Tensor2D {
    return tf.tidy(() => {
      const count = vectors.shape[0];
      const rotated = tf.reshape(tf.matMul(vectors, this.#rotations), [count, this.rounds, -1]) as tf.Tensor3D;
      let [bucket, start, place] = [tf.zeros([count, this.rounds]) as tf.Tensor2D, 0, 1];
      for (const factor of this.#factors) {
        const part = tf.slice(rotated, [0, 0, start], [count, this.rounds, factor / 2]);
        const digit = tf.cast(tf.argMax(tf.concat([part, tf.neg(part)], 2), 2), 'float32');
        bucket = tf.add(bucket, tf.mul(digit, place));
        start += factor / 2;
        place *= factor;
      }
      return bucket;
    });
  }
}
