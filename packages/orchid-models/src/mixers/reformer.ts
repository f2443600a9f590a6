// Reformer: attention to what hashes alike, in time and memory that grow with L log L.
import { differentiable } from '@orchid-ml/backends/ops';
import { Module, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { checkCount } from '../layers/checks.ts';
import { checkHeads, joinHeads, splitHeads } from '../layers/heads.ts';
import { Linear } from '../layers/linear.ts';
import { stableOrder } from '../layers/order.ts';
import { atPositions } from '../layers/positions.ts';
import { gatherRows, rowIds, scatterRows } from '../layers/rows.ts';
import { stopGradient } from '../layers/stop-gradient.ts';
import { bucketsFor, LshHash } from './lsh-hash.ts';
import { checkInput, checkLength, type MixingOptions, type SequenceMixer } from './sequence-mixer.ts';

export interface ReformerMixerOptions {
  /** D */
  width: number;
  /** longest sequence, which the number of buckets is chosen for */
  lMax: number;
  /** heads, each D / heads wide; default 2 */
  heads?: number;
  /** hash rounds; default 2 */
  rounds?: number;
  /** positions of a chunk; default 64 */
  chunk?: number;
  /** buckets a round, even, or even factors of their number; by default 2 for each chunk of a sequence of lMax */
  buckets?: number | readonly number[];
  /** of the random rotations, default 0 */
  hashSeed?: number;
}

/** What a position's own score loses: it attends to itself only where there is nobody else (the paper, section 2). */
const SELF = -1e5;
/** What padding's scores lose, which is more: nothing is left of their weights. */
const PADDING = -1e30;

/**
 * LSH attention (Kitaev, Kaiser & Levskaya, _Reformer_, 2020, section 2), in O(rounds·L·(chunk + log L)·D):
 *
 *     q, v = halves of x·W_in + b_in              each cut into heads of d = D/heads channels; k = q/|q|
 *     in every round: positions are hashed by q, sorted by bucket (stably), and cut into chunks;
 *                     a position's keys are those in its own chunk and in the one before (the first's is the last)
 *     y = softmax(q·kᵀ)·v                         over the keys of all the rounds together, each as often as it occurs
 *     out = y·W_out + b_out
 *
 * A position attends to itself only if it has no other key. One softmax over all the rounds is what the paper's sum over rounds,
 * weighted by the exponentials of their log-sum-exps, comes to. A sequence of at most two chunks has every position equally often
 * as a key: full attention. What a position hashes to has no gradient; everything else has. As with attention, order is known from
 * embeddings alone. Parameters: `in_linear.*` [2D, D], `out_linear.*` [D, D].
 */
export class ReformerMixer extends Module implements SequenceMixer {
  readonly width: number;
  readonly lMax: number;
  readonly heads: number;
  readonly chunk: number;
  readonly hash: LshHash;
  readonly #in: Linear;
  readonly #out: Linear;

  /** @throws Error for sizes that are not positive integers, heads that do not divide the width, or odd numbers of buckets */
  constructor(options: ReformerMixerOptions, rng: Rng) {
    super();
    const { width, lMax, heads = 2, rounds = 2, chunk = 64, hashSeed = 0 } = options;
    this.width = checkCount('ReformerMixer: width', width);
    this.lMax = checkCount('ReformerMixer: lMax', lMax);
    this.heads = checkHeads('ReformerMixer', heads, width);
    this.chunk = checkCount('ReformerMixer: chunk', chunk);
    checkCount('ReformerMixer: rounds', rounds);
    const buckets = options.buckets ?? bucketsFor(lMax, chunk);
    const hash = new LshHash({ width: width / heads, rounds, buckets, seed: hashSeed });
    this.hash = this.addModule('hash', hash);
    this.#in = this.addModule('in_linear', new Linear({ inFeatures: width, outFeatures: 2 * width }, rng));
    this.#out = this.addModule('out_linear', new Linear({ inFeatures: width, outFeatures: width }, rng));
  }

  /**
   * Who is in which chunk: int32 [B, heads, rounds, chunks, chunk], positions in 0..L-1, and from L on the padding that fills
   * the last chunk.
   *
   * @param x, mask as for `forward`
   */
  assignments(x: tf.Tensor3D, mask?: tf.Tensor2D | null): tf.Tensor {
    checkInput('ReformerMixer', x, this.width, mask);
    checkLength('ReformerMixer', x, this.lMax);
    return tf.tidy(() => {
      const [qk] = this.#in.forwardParts([x, x]) as [tf.Tensor3D, tf.Tensor3D];
      const [q, real] = [this.#chunked(qk), this.#real(x, mask)];
      const order = this.#order(q, real);
      const [rounds, chunks] = order.shape.slice(1) as [number, number];
      return tf.reshape(order, [x.shape[0], this.heads, rounds, chunks, this.chunk]);
    });
  }

  /**
   * @param x [B, L, D] float32, L at most lMax
   * @param options.positions 'last': the last position alone goes through the output layer
   * @param options.mask [B, L]: padding hashes to a bucket of its own, the last, and nobody attends to it
   * @returns [B, L, D], or [B, 1, D] with 'last'
   * @throws Error for another shape or a longer sequence
   */
  forward(x: tf.Tensor3D, { positions = 'all', mask }: MixingOptions = {}): tf.Tensor3D {
    checkInput('ReformerMixer', x, this.width, mask);
    checkLength('ReformerMixer', x, this.lMax);
    const [batch, length, width] = x.shape;
    return tf.tidy(() => {
      const parts = this.#in.forwardParts([x, x]) as [tf.Tensor3D, tf.Tensor3D];
      const [q, v] = parts.map((part) => this.#chunked(part)) as [tf.Tensor3D, tf.Tensor3D];
      const y = tf.tidy(() => this.#attend(q, v, this.#real(x, mask)));
      const heads = tf.reshape(y, [batch, this.heads, -1, width / this.heads]) as tf.Tensor4D;
      const joined = tf.slice(joinHeads(heads), [0, 0, 0], [batch, length, width]);
      return this.#out.forward(atPositions(joined, positions)) as tf.Tensor3D;
    });
  }

  /** [B, L, D] -> [B · heads, L filled up to whole chunks with zeros, d] */
  #chunked(x: tf.Tensor3D): tf.Tensor3D {
    const [batch, length, width] = x.shape;
    const missing = (this.chunk - (length % this.chunk)) % this.chunk;
    const whole =
      missing === 0
        ? x
        : tf.pad(x, [
            [0, 0],
            [0, missing],
            [0, 0],
          ]);
    return tf.reshape(splitHeads(whole, this.heads), [batch * this.heads, length + missing, width / this.heads]);
  }

  /** What is real as [B · heads, L filled up], 1 or 0; null where everything is. */
  #real(x: tf.Tensor3D, mask: tf.Tensor2D | null | undefined): tf.Tensor2D | null {
    const [batch, length] = x.shape;
    const missing = (this.chunk - (length % this.chunk)) % this.chunk;
    if (!mask && missing === 0) return null;
    const whole = tf.pad(mask ?? (tf.ones([batch, length]) as tf.Tensor2D), [
      [0, 0],
      [0, missing],
    ]);
    const eachHead = tf.tile(tf.expandDims(whole, 1), [1, this.heads, 1]);
    return tf.reshape(eachHead, [batch * this.heads, length + missing]);
  }

  /** q [N, L, d] -> positions sorted by bucket, in chunks: int32 [N, rounds, chunks, chunk] */
  #order(q: tf.Tensor3D, real: tf.Tensor2D | null): tf.Tensor4D {
    const [count, length, width] = q.shape;
    const { rounds, buckets } = this.hash;
    const chunks = length / this.chunk;
    return stopGradient<tf.Tensor4D>(() => {
      const hashed = tf.reshape(this.hash.forward(tf.reshape(q, [count * length, width])), [count, length, rounds]);
      let keys = tf.transpose(hashed, [0, 2, 1]);
      if (real) {
        const each = tf.expandDims(real, 1);
        keys = tf.add(tf.mul(keys, each), tf.mul(tf.sub(1, each), buckets));
      }
      return tf.reshape(stableOrder(keys), [count, rounds, chunks, this.chunk]);
    });
  }

  /** q, v [N, L, d] -> [N · L, d] */
  #attend(q: tf.Tensor3D, v: tf.Tensor3D, real: tf.Tensor2D | null): tf.Tensor2D {
    const [count, length, width] = q.shape;
    const rows = count * length;
    const table = (x: tf.Tensor3D): tf.Tensor2D => tf.reshape(x, [rows, x.shape[2]]);
    const order = this.#order(q, real);
    const [before, asking] = [keysOf(order), rowIds(order, length)];
    const asked = rowIds(before, length);

    const k = tf.div(q, tf.sqrt(tf.add(tf.sum(tf.square(q), 2, true), 1e-12))) as tf.Tensor3D;
    // With a channel of ones beside v, the sum of the weights comes out of the same products as the weighted sum.
    const withOnes = tf.concat([v, tf.ones([count, length, 1]) as tf.Tensor3D], 2);
    const products = tf.matMul(gatherRows(table(q), asking), gatherRows(table(k), asked), false, true);
    // Of the many arrays of this size only the weights are kept for the way back.
    const weights = differentiable([products], (save) => {
      const isReal = real && tf.gather(tf.reshape(real, [rows]), asked);
      const scores = tf.add(products, bias(order.shape[2], this.chunk, isReal));
      const value = tf.exp(tf.sub(scores, largest(scores, asking, rows)));
      save([value]);
      return { value, gradient: (dy, [weights]) => [tf.mul(dy, weights!)] };
    });
    const sums = scatterRows(tf.matMul(weights, gatherRows(table(withOnes), asked)), asking, rows);
    return tf.div(tf.slice(sums, [0, 0], [rows, width]), tf.slice(sums, [0, width], [rows, 1]));
  }
}

/** order [N, rounds, chunks, m] -> the keys of each chunk, its own and the one's before it: [N, rounds, chunks, 2m] */
function keysOf(order: tf.Tensor4D): tf.Tensor4D {
  const [count, rounds, chunks, chunk] = order.shape;
  if (chunks === 1) return tf.concat([order, order], 3);
  const last = tf.slice(order, [0, 0, chunks - 1, 0], [count, rounds, 1, chunk]);
  const others = tf.slice(order, [0, 0, 0, 0], [count, rounds, chunks - 1, chunk]);
  return tf.concat([order, tf.concat([last, others], 2)], 3);
}

/**
 * What is added to scores [N, rounds, chunks, m, 2m]: a position meets itself where it stands in its own chunk, whose keys come
 * first, and in that round nowhere else unless there is but one chunk.
 *
 * @param isReal 1 or 0 for each key [N, rounds, chunks, 2m], null where all are real
 */
function bias(chunks: number, chunk: number, isReal: tf.Tensor | null): tf.Tensor {
  const self = tf.mul(chunks === 1 ? tf.concat([tf.eye(chunk), tf.eye(chunk)], 1) : tf.eye(chunk, 2 * chunk), SELF);
  return isReal ? tf.add(self, tf.expandDims(tf.mul(tf.sub(1, isReal), PADDING), 3)) : self;
}

/** The largest score of each position over all its rounds, where that position stands in each: [N, rounds, chunks, m, 1] */
function largest(scores: tf.Tensor, asking: tf.Tensor, rows: number): tf.Tensor {
  const [count, rounds, chunks, chunk] = asking.shape as [number, number, number, number];
  const length = chunks * chunk;
  const max = tf.max(scores, 4);
  if (rounds === 1) return tf.expandDims(max, 4);
  // Unsorted, round by round: a sum over one row each.
  const round = tf.reshape(tf.mul(tf.range(0, rounds, 1, 'int32'), tf.scalar(rows, 'int32')), [1, rounds, 1, 1]);
  const places = tf.reshape(tf.add(asking, round), [-1]) as tf.Tensor1D;
  const unsorted = tf.unsortedSegmentSum(tf.reshape(max, [count * rounds * length, 1]), places, rounds * rows);
  const most = tf.max(tf.reshape(unsorted, [rounds, rows]), 0);
  return tf.expandDims(tf.gather(most, asking), 4);
}
