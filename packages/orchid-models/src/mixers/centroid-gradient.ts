// How centroids learn: by the gradient of their distance to what chose them, along with everything else that learns.
import { differentiable } from '@orchid-ml/backends/ops';
import * as tf from '@tensorflow/tfjs-core';
import { scatterRows } from '../layers/rows.ts';

export interface Routed {
  /** points on a sphere of radius √d, [B, heads, L, d] */
  readonly q: tf.Tensor4D;
  readonly k: tf.Tensor4D;
  /** [B, L], 1 real, 0 padding */
  readonly mask?: tf.Tensor2D | null | undefined;
}

/** x / |x| over the last axis */
export function direction<T extends tf.Tensor>(x: T): T {
  return tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), -1, true), 1e-12)));
}

/** Cosines, but for the points' own lengths: points [B, heads, L, d], centroids [heads, C, d] -> [B, heads, C, L] */
export function similarities(points: tf.Tensor4D, centroids: tf.Tensor3D): tf.Tensor4D {
  const each = tf.tile(tf.expandDims(direction(centroids), 0), [points.shape[0], 1, 1, 1]);
  return tf.matMul(each, points, false, true) as tf.Tensor4D;
}

/**
 * The loss's weight. AdamW, which is what trains here, does not see a constant factor; clipping by the norm of all gradients does,
 * and this one should not push the others down.
 */
const WEIGHT = 0.01;

/**
 * y as it is, on whose way back the centroids get the gradient of the k-means loss
 *
 *     0.01 · ½ · mean over real points z, queries and keys alike, of |μ_a(z) - z/|z||²      a(z): the centroid nearest to z
 *
 * in every head, and nothing else: neither y nor the points see that loss, and no reported loss holds it. The paper moves
 * centroids by an exponential moving average instead, which is this gradient under plain descent with the average's rate. As a
 * gradient it needs no state of its own: it is right when a block is run again for the gradients, it is summed over parts of a
 * batch and over workers as all gradients are (so n parts give n times as much), and a checkpoint holds all there is.
 *
 * @param centroids [heads, C, d]
 */
export function withCentroidGradient(y: tf.Tensor4D, centroids: tf.Tensor3D, routed: Routed): tf.Tensor4D {
  // Asked outside of the op, inside of which nothing is recorded.
  const isAsked = tf.engine().isTapeOn();
  return differentiable<tf.Tensor4D>([y, centroids], (save) => {
    if (isAsked) save([gradientOf(centroids, routed)]);
    return { value: tf.clone(y), gradient: (dy, [gradient]) => [tf.clone(dy), tf.clone(gradient!)] };
  });
}

function gradientOf(centroids: tf.Tensor3D, { q, k, mask }: Routed): tf.Tensor3D {
  const [heads, clusters, width] = centroids.shape;
  const count = heads * clusters;
  const ofHead = tf.reshape(tf.mul(tf.range(0, heads, 1, 'int32'), tf.scalar(clusters, 'int32')), [1, heads, 1]);
  return tf.tidy(() => {
    const sums = [q, k].map((points) => {
      const nearest = tf.add(tf.argMax(similarities(points, centroids), 2), ofHead);
      const weight = mask ? tf.tile(tf.expandDims(mask, 1), [1, heads, 1]) : tf.ones(nearest.shape);
      // A point and a one beside it: sums and counts of each cluster in one go.
      const [batch, , length] = points.shape;
      const one = tf.ones<tf.Rank.R4>([batch, heads, length, 1]);
      const withOnes = tf.concat([direction(points), one], 3);
      return scatterRows(tf.mul(withOnes, tf.expandDims(weight, 3)), nearest, count);
    });
    const both = tf.addN(sums) as tf.Tensor2D;
    const sum = tf.slice(both, [0, 0], [count, width]);
    const members = tf.slice(both, [0, width], [count, 1]);
    const pull = tf.sub(tf.mul(tf.reshape(centroids, [count, width]), members), sum);
    const all = tf.maximum(tf.div(tf.sum(members), heads), 1);
    return tf.reshape(tf.mul(tf.div(pull, all), WEIGHT), [heads, clusters, width]);
  });
}
