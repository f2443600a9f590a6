// Routing Transformer: attention inside clusters of positions that mean something alike, clusters that are learned.
import { layerNorm } from '@orchid-ml/backends/ops';
import { Module, normal, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { paddingBias } from '../layers/attend.ts';
import { checkCount } from '../layers/checks.ts';
import { checkHeads, joinHeads, splitHeads } from '../layers/heads.ts';
import { Linear } from '../layers/linear.ts';
import { topIndices } from '../layers/order.ts';
import { atPositions } from '../layers/positions.ts';
import { gatherRows, rowIds, scatterRows } from '../layers/rows.ts';
import { stopGradient } from '../layers/stop-gradient.ts';
import { direction, similarities, withCentroidGradient } from './centroid-gradient.ts';
import { checkInput, type MixingOptions, type SequenceMixer } from './sequence-mixer.ts';

export interface RoutingMixerOptions {
  /** D */
  width: number;
  /** C, clusters a head */
  clusters: number;
  /** heads, each D / heads wide (at least 2); default 2 */
  heads?: number;
  /** w, queries and keys a cluster takes, or all of a shorter sequence; by default ⌈L / C⌉ */
  window?: number | undefined;
}

/** What padding's scores lose: nothing is left of their weights. */
const PADDING = -1e30;

/**
 * k-means attention (Roy, Saffar, Vaswani & Grangier, _Efficient Content-Based Sparse Attention with Routing Transformers_, 2021,
 * algorithm 1, not causal), in O((L·C + C·w²)·D) time, which is least, L·√L, with √L clusters:
 *
 *     q, k, v = thirds of x·W_in + b_in            each cut into heads of d = D/heads channels
 *     q, k = layer norms of q and k                over d, without scale and shift: points on a sphere
 *     Q_c, K_c = the w queries and the w keys that point most the way of centroid μ_c, c = 1..C
 *     y_c = softmax(Q_c·K_cᵀ/√d)·V_c               with the values of K_c
 *     y = for each position the mean of its y_c    zeros where no cluster took its query
 *     out = y·W_out + b_out
 *
 * The choice has no gradient, the attention has. The centroids learn by gradient too, of a loss of their own that is added to
 * nothing that is reported: see {@link withCentroidGradient}. The paper gives half of the heads to local attention; here all
 * route. Order is known from embeddings alone.
 *
 * Parameters: `in_linear.*` [3D, D], `out_linear.*` [D, D], `centroids` [heads, C, d], of length 1 at first.
 */
export class RoutingMixer extends Module implements SequenceMixer {
  readonly width: number;
  readonly heads: number;
  readonly clusters: number;
  readonly window: number | undefined;
  readonly #in: Linear;
  readonly #out: Linear;
  readonly #centroids;

  /** @throws Error for sizes that are not positive integers, heads that do not divide the width or are 1 wide */
  constructor({ width, clusters, heads = 2, window }: RoutingMixerOptions, rng: Rng) {
    super();
    this.width = checkCount('RoutingMixer: width', width);
    this.heads = checkHeads('RoutingMixer', heads, width);
    if (width === heads) {
      throw new Error(`RoutingMixer: heads is ${heads} and the width ${width}; want heads of at least 2 channels`);
    }
    this.clusters = checkCount('RoutingMixer: clusters', clusters);
    this.window = window === undefined ? undefined : checkCount('RoutingMixer: window', window);
    this.#in = this.addModule('in_linear', new Linear({ inFeatures: width, outFeatures: 3 * width }, rng));
    this.#out = this.addModule('out_linear', new Linear({ inFeatures: width, outFeatures: width }, rng));
    const centroids = tf.tidy(() => direction(normal(rng, [heads, clusters, width / heads])));
    this.#centroids = this.addParameter('centroids', centroids, { weightDecay: 0 });
  }

  /**
   * Who is in which cluster: positions, int32 [B, heads, C, w].
   *
   * @param x, mask as for `forward`
   */
  assignments(x: tf.Tensor3D, mask?: tf.Tensor2D | null): { queries: tf.Tensor4D; keys: tf.Tensor4D } {
    checkInput('RoutingMixer', x, this.width, mask);
    const [queries, keys] = tf.tidy(() => {
      const [q, k] = this.#in.forwardParts([x, x, x]).map((third) => splitHeads(third, this.heads));
      return [this.#chosen(onSphere(q!), mask), this.#chosen(onSphere(k!), mask)];
    }) as [tf.Tensor4D, tf.Tensor4D];
    return { queries, keys };
  }

  /**
   * @param x [B, L, D] float32
   * @param options.positions 'last': the last position alone goes through the output layer
   * @param options.mask [B, L]: padding is taken into clusters last, and nobody attends to it
   * @returns [B, L, D], or [B, 1, D] with 'last'
   * @throws Error for another shape
   */
  forward(x: tf.Tensor3D, { positions = 'all', mask }: MixingOptions = {}): tf.Tensor3D {
    checkInput('RoutingMixer', x, this.width, mask);
    return tf.tidy(() => {
      const thirds = this.#in.forwardParts([x, x, x]).map((third) => splitHeads(third, this.heads));
      const [q, k, v] = [onSphere(thirds[0]!), onSphere(thirds[1]!), thirds[2]!];
      const y = tf.tidy(() => this.#attend(q, k, v, mask));
      const taught = withCentroidGradient(y, this.#centroids.value as tf.Tensor3D, { q, k, mask });
      return this.#out.forward(atPositions(joinHeads(taught), positions)) as tf.Tensor3D;
    });
  }

  /** points [B, heads, L, d] on the sphere -> the positions nearest to each centroid, int32 [B, heads, C, w] */
  #chosen(points: tf.Tensor4D, mask: tf.Tensor2D | null | undefined): tf.Tensor4D {
    const length = points.shape[2];
    const window = Math.min(length, this.window ?? Math.ceil(length / this.clusters));
    return stopGradient<tf.Tensor4D>(() => {
      let near = similarities(points, this.#centroids.value as tf.Tensor3D);
      if (mask) near = tf.add(near, paddingBias(mask));
      return topIndices(near, window) as tf.Tensor4D;
    });
  }

  #attend(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, mask: tf.Tensor2D | null | undefined): tf.Tensor4D {
    const [batch, heads, length, width] = q.shape;
    const rows = batch * heads * length;
    const table = (x: tf.Tensor) => tf.reshape(x, [rows, width]) as tf.Tensor2D;
    const numbers = (chosen: tf.Tensor4D) => {
      const [, , clusters, window] = chosen.shape;
      return rowIds(tf.reshape(chosen, [batch * heads, clusters, window]), length);
    };
    const keys = this.#chosen(k, mask);
    const [asking, asked] = [numbers(this.#chosen(q, mask)), numbers(keys)];
    const scaled = tf.mul(gatherRows(table(q), asking), width ** -0.5);
    let scores = tf.matMul(scaled, gatherRows(table(k), asked), false, true);
    if (mask) {
      const eachHead = tf.tile(tf.expandDims(mask, 1), [1, heads, 1]);
      const isReal = tf.gather(tf.reshape(eachHead, [rows]), asked);
      scores = tf.add(scores, tf.expandDims(tf.mul(tf.sub(1, isReal), PADDING), 2));
    }
    const inClusters = tf.matMul(tf.softmax(scores), gatherRows(table(v), asked));
    const sums = scatterRows(inClusters, asking, rows);
    const times = stopGradient(() => {
      const once = tf.ones([asking.size, 1]) as tf.Tensor2D;
      return tf.maximum(tf.unsortedSegmentSum(once, tf.reshape(asking, [-1]) as tf.Tensor1D, rows), 1);
    });
    return tf.reshape(tf.div(sums, times), [batch, heads, length, width]);
  }
}

/** Layer norm over a head's channels, without scale and shift: [B, heads, L, d] -> the same */
function onSphere(x: tf.Tensor4D): tf.Tensor4D {
  return layerNorm(x) as tf.Tensor4D;
}
