// k-means attention against a dense float64 attention inside its own clusters; the clusters against their definition; and that
// centroids move to where the points are.
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../../backends/src/testing/webgpu.ts';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import {
  agrees,
  type Formula,
  type Given,
  givenTo,
  near,
  noise,
  project,
  softly,
  someMask,
} from '../../test/formula.ts';
import { RoutingMixer, type RoutingMixerOptions } from './routing.ts';

const engines = [...BACKENDS, ...((await hasWebGpu()) ? (['webgpu'] as const) : [])];

/** [B][heads][C][w] */
type Clusters = number[][][][];

const normed = (row: number[]): number[] => {
  const mean = row.reduce((a, b) => a + b) / row.length;
  const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
  return row.map((value) => (value - mean) / Math.sqrt(variance + 1e-5));
};
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** (b, h, third, t) -> q, k (on the sphere) or v, d values */
function pointsOf(given: Given, length: number, D: number, heads: number) {
  const d = D / heads;
  const p = project(given.x!, given['in_linear.weight']!, given['in_linear.bias']!, D);
  return (b: number, h: number, third: number, t: number): number[] => {
    const start = (b * length + t) * 3 * D + third * D + h * d;
    const row = Array.from(p.subarray(start, start + d));
    return third === 2 ? row : normed(row);
  };
}

async function assigned(mixer: RoutingMixer, x: tf.Tensor3D, mask: tf.Tensor2D | null) {
  const { queries, keys } = mixer.assignments(x, mask);
  const lists = [await queries.array(), await keys.array()] as [Clusters, Clusters];
  tf.dispose([queries, keys]);
  return lists;
}

async function formulaOf(mixer: RoutingMixer, x: tf.Tensor3D, mask: tf.Tensor2D | null): Promise<Formula> {
  const [batch, length, D] = x.shape;
  const { heads } = mixer;
  const [queries, keys] = await assigned(mixer, x, mask);
  const real = mask ? await mask.array() : null;
  return (given) => {
    const points = pointsOf(given, length, D, heads);
    const d = D / heads;
    const y = new Float64Array(given.x!.length);
    for (let b = 0; b < batch; b++) {
      for (let h = 0; h < heads; h++) {
        const [q, k, v] = [0, 1, 2].map((third) => Array.from({ length }, (_, t) => points(b, h, third, t)));
        const score = (t: number, s: number) => dot(q![t]!, k![s]!) / Math.sqrt(d);
        const times = new Array<number>(length).fill(0);
        for (const t of queries[b]![h]!.flat()) times[t]! += 1;
        for (const [cluster, members] of queries[b]![h]!.entries()) {
          const isKey = (s: number) => Number(keys[b]![h]![cluster]!.includes(s) && (!real || real[b]![s] === 1));
          const weights = softly(length, score, (_, s) => isKey(s));
          for (const t of members) {
            for (const [s, weight] of weights(t).entries()) {
              for (let c = 0; c < d; c++) y[(b * length + t) * D + h * d + c]! += (weight * v![s]![c]!) / times[t]!;
            }
          }
        }
      }
    }
    return project(y, given['out_linear.weight']!, given['out_linear.bias']!, D);
  };
}

interface Case extends RoutingMixerOptions {
  batch: number;
  length: number;
  masked?: boolean;
}

describe.each(engines)('RoutingMixer on %s', (engine) => {
  beforeAll(() => use(engine));

  const cases: Case[] = [
    { batch: 1, length: 1, width: 2, heads: 1, clusters: 1 },
    { batch: 2, length: 6, width: 4, heads: 2, clusters: 1 },
    { batch: 2, length: 7, width: 6, heads: 2, clusters: 3, window: 4 },
    { batch: 2, length: 3, width: 4, heads: 1, clusters: 2, window: 8 },
    { batch: 2, length: 9, width: 4, heads: 2, clusters: 3 },
    { batch: 2, length: 9, width: 4, heads: 1, clusters: 2, window: 7, masked: true },
  ];
  it.each(engine === 'webgpu' ? cases.slice(-2) : cases)('is dense attention in its clusters: %o', async (settings) => {
    const { batch, length, masked, ...options } = settings;
    const mixer = new RoutingMixer(options, new Rng(1));
    const mask = masked ? someMask(batch, length) : null;
    const formula = (x: tf.Tensor3D, mask: tf.Tensor2D | null) => formulaOf(mixer, x, mask);
    await agrees(mixer, { batch, length, mask, formula, except: /^centroids/, tolerance: 5e-5 });
    mixer.dispose();
  });

  it('takes into a cluster what points most the way of its centroid, padding last', async () => {
    await withoutLeak(async () => {
      const [length, width, heads, clusters, window] = [12, 4, 2, 3, 4];
      const mixer = new RoutingMixer({ width, heads, clusters, window }, new Rng(1));
      const x = tf.tensor3d(noise(2 * length * width, 2), [2, length, width]);
      const mask = tf.tensor2d(someMask(2, length), [2, length]);
      const given = await givenTo(mixer, x);
      const points = pointsOf(given, length, width, heads);
      const real = await mask.array();
      const lists = await assigned(mixer, x, mask);
      for (const [third, list] of lists.entries()) {
        for (let b = 0; b < 2; b++) {
          for (let h = 0; h < heads; h++) {
            for (let c = 0; c < clusters; c++) {
              const start = (h * clusters + c) * (width / heads);
              const centroid = Array.from(given.centroids!.subarray(start, start + width / heads));
              const near = (t: number) => dot(points(b, h, third, t), centroid);
              const best = Array.from({ length }, (_, t) => t)
                .filter((t) => real[b]![t] === 1)
                .sort((s, t) => near(t) - near(s));
              expect(new Set(list[b]![h]![c])).toEqual(new Set(best.slice(0, window)));
            }
          }
        }
      }
      tf.dispose([x, mask]);
      mixer.dispose();
    });
  });

  it('gives its centroids the gradient of their distance to what is nearest', async () => {
    await withoutLeak(async () => {
      const [length, width, heads, clusters] = [8, 4, 2, 3];
      const mixer = new RoutingMixer({ width, heads, clusters }, new Rng(1));
      const x = tf.tensor3d(noise(2 * length * width, 2), [2, length, width]);
      const maskValues = someMask(2, length);
      const mask = tf.tensor2d(maskValues, [2, length]);
      const given = await givenTo(mixer, x);
      const points = pointsOf(given, length, width, heads);
      const d = width / heads;
      const length1 = (row: number[]) => row.map((value) => value / Math.sqrt(dot(row, row)));
      const centroid = (h: number, c: number) => {
        const start = (h * clusters + c) * d;
        return Array.from(given.centroids!.subarray(start, start + d));
      };
      const all: { h: number; z: number[]; c: number }[] = [];
      for (let b = 0; b < 2; b++) {
        for (let t = 0; t < length; t++) {
          if (maskValues[b * length + t] !== 1) continue;
          for (let h = 0; h < heads; h++) {
            for (const third of [0, 1]) {
              const z = length1(points(b, h, third, t));
              const likeness = [0, 1, 2].map((c) => dot(z, length1(centroid(h, c))));
              all.push({ h, z, c: likeness.indexOf(Math.max(...likeness)) });
            }
          }
        }
      }
      const loss = () => {
        const far = all.map(({ h, z, c }) => centroid(h, c).reduce((sum, m, i) => sum + (m - z[i]!) ** 2, 0));
        return (0.01 * 0.5 * far.reduce((a, b) => a + b)) / (all.length / heads);
      };
      const want = Float64Array.from(given.centroids!, (value, i) => {
        given.centroids![i] = value + 1e-5;
        const up = loss();
        given.centroids![i] = value - 1e-5;
        const down = loss();
        given.centroids![i] = value;
        return (up - down) / 2e-5;
      });
      const variable = mixer.namedParameters().get('centroids')!.variable;
      // Whatever is asked of the outputs, and however loud.
      for (const scale of [1, 100]) {
        const { value, grads } = tf.variableGrads(
          () => tf.mul(tf.sum(mixer.forward(x, { mask })), scale) as tf.Scalar,
          [variable],
        );
        near('centroids', await grads[variable.name]!.data(), want, 1e-4);
        tf.dispose([value, grads]);
      }
      tf.dispose([x, mask]);
      mixer.dispose();
    });
  });
});

describe('RoutingMixer', () => {
  beforeAll(() => use('cpu'));

  it('lets centroids find the groups that there are', async () => {
    const [length, width, clusters] = [24, 6, 3];
    const mixer = new RoutingMixer({ width, heads: 1, clusters, window: 8 }, new Rng(4));
    // Three directions with a little noise, in turn; the projections leave them as they are.
    const rng = new Rng(7);
    const axes = [0, 1, 2].map((g) => Array.from({ length: width }, (_, c) => (Math.floor(c / 2) === g ? 2 : -1)));
    const x = tf.tensor3d(
      Array.from({ length }, (_, t) => axes[t % 3]!.map((value) => value + 0.1 * rng.normal())).flat(),
      [1, length, width],
    );
    const weight = mixer.namedParameters().get('in_linear.weight')!.variable;
    weight.assign(tf.tidy(() => tf.concat([tf.eye(width), tf.eye(width), tf.eye(width)])));
    const centroids = mixer.namedParameters().get('centroids')!.variable;
    for (let step = 0; step < 100; step++) {
      const { value, grads } = tf.variableGrads(() => tf.sum(mixer.forward(x)) as tf.Scalar, [centroids]);
      tf.tidy(() => centroids.assign(tf.sub(centroids, tf.mul(grads[centroids.name]!, 50))));
      tf.dispose([value, grads]);
    }
    const [queries, keys] = await assigned(mixer, x, null);
    for (const list of [queries, keys]) {
      for (const members of list[0]![0]!) expect(new Set(members.map((t) => t % 3)).size).toBe(1);
      expect(list[0]![0]!.map((members) => members[0]! % 3).sort()).toEqual([0, 1, 2]);
    }
    x.dispose();
    mixer.dispose();
  });

  it('says what it wants', () => {
    const make = (options: object) => () => new RoutingMixer({ width: 4, clusters: 2, ...options }, new Rng(1));
    expect(make({ clusters: 0 })).toThrow('RoutingMixer: clusters is 0; want a positive integer');
    expect(make({ window: 0 })).toThrow('RoutingMixer: window is 0; want a positive integer');
    expect(make({ heads: 3 })).toThrow('RoutingMixer: heads is 3; want a divisor of the width 4');
    expect(make({ heads: 4 })).toThrow('RoutingMixer: heads is 4 and the width 4; want heads of at least 2 channels');
    const mixer = make({})();
    expect(() => tf.tidy(() => mixer.forward(tf.zeros([1, 8, 5])))).toThrow(
      'RoutingMixer: x has the shape [1,8,5], want [batch, length, 4]',
    );
    mixer.dispose();
  });
});
