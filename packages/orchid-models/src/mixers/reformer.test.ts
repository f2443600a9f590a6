// LSH attention against a dense float64 attention over the keys that its own chunks give each position; and the hashing itself.
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../../backends/src/testing/webgpu.ts';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import { agrees, type Formula, noise, project, softly, someMask } from '../../test/formula.ts';
import { bucketsFor, LshHash } from './lsh-hash.ts';
import { ReformerMixer, type ReformerMixerOptions } from './reformer.ts';

const engines = [...BACKENDS, ...((await hasWebGpu()) ? (['webgpu'] as const) : [])];

interface Case extends Omit<ReformerMixerOptions, 'lMax'> {
  batch: number;
  length: number;
  masked?: boolean;
}

/** [rounds][chunks][chunk] of one head of one sequence */
type Chunks = number[][][];

/** How often each position is a key of each, [t][s], from the chunks alone: one's own and the one before, round by round. */
function timesOf(rounds: Chunks, length: number): number[][] {
  const times = Array.from({ length }, () => new Array<number>(length).fill(0));
  for (const chunks of rounds) {
    for (const [i, chunk] of chunks.entries()) {
      const keys = [...chunk, ...chunks.at(i - 1)!];
      for (const t of chunk) for (const s of keys) if (t < length && s < length) times[t]![s]! += 1;
    }
  }
  return times;
}

async function formulaOf(mixer: ReformerMixer, x: tf.Tensor3D, mask: tf.Tensor2D | null): Promise<Formula> {
  const [batch, length, D] = x.shape;
  const { heads } = mixer;
  const d = D / heads;
  const assigned = mixer.assignments(x, mask);
  const chunks = (await assigned.array()) as unknown as Chunks[][];
  assigned.dispose();
  const real = mask ? await mask.array() : Array.from({ length: batch }, () => new Array<number>(length).fill(1));
  return (given) => {
    const p = project(given.x!, given['in_linear.weight']!, given['in_linear.bias']!, D);
    const y = new Float64Array(given.x!.length);
    for (let b = 0; b < batch; b++) {
      const at = (t: number, half: number, c: number) => p[(b * length + t) * 2 * D + half * D + c]!;
      for (let h = 0; h < heads; h++) {
        const times = timesOf(chunks[b]![h]!, length);
        for (let t = 0; t < length; t++) for (let s = 0; s < length; s++) times[t]![s]! *= real[b]![s]!;
        const isAlone = (t: number) => times[t]!.every((n, s) => n === 0 || s === t);
        const norm = (s: number) => {
          let sum = 0;
          for (let c = h * d; c < (h + 1) * d; c++) sum += at(s, 0, c) ** 2;
          return Math.sqrt(sum);
        };
        const score = (t: number, s: number) => {
          let dot = 0;
          for (let c = h * d; c < (h + 1) * d; c++) dot += at(t, 0, c) * at(s, 0, c);
          return dot / norm(s);
        };
        const weights = softly(length, score, (t, s) => (t === s && !isAlone(t) ? 0 : times[t]![s]!));
        for (let t = 0; t < length; t++) {
          const w = weights(t);
          for (let c = h * d; c < (h + 1) * d; c++) {
            y[(b * length + t) * D + c] = w.reduce((sum, e, s) => sum + (e === 0 ? 0 : e * at(s, 1, c)), 0);
          }
        }
      }
    }
    return project(y, given['out_linear.weight']!, given['out_linear.bias']!, D);
  };
}

describe.each(engines)('ReformerMixer on %s', (engine) => {
  beforeAll(() => use(engine));

  const cases: Case[] = [
    { batch: 1, length: 1, width: 2, heads: 1, chunk: 4 },
    { batch: 2, length: 5, width: 4, heads: 2, chunk: 8 },
    { batch: 2, length: 8, width: 4, heads: 2, chunk: 4, rounds: 1 },
    { batch: 2, length: 12, width: 6, heads: 2, chunk: 3, rounds: 3 },
    { batch: 2, length: 4, width: 4, heads: 2, chunk: 1, rounds: 2 },
    { batch: 2, length: 11, width: 4, heads: 1, chunk: 4, rounds: 2, buckets: [2, 4] },
    { batch: 2, length: 13, width: 4, heads: 2, chunk: 3, rounds: 2, masked: true },
  ];
  // Software adapters take seconds over the programs of each shape.
  it.each(engine === 'webgpu' ? cases.slice(-2) : cases)(
    'is dense attention over the keys of its chunks: %o',
    async ({ batch, length, masked, ...options }) => {
      const mixer = new ReformerMixer({ lMax: 16, ...options }, new Rng(1));
      const mask = masked ? someMask(batch, length) : null;
      await agrees(mixer, { batch, length, mask, formula: (x, mask) => formulaOf(mixer, x, mask) });
      mixer.dispose();
    },
  );

  it('hashes as the formula says, and keeps neighbours by angle together', async () => {
    await withoutLeak(async () => {
      const hash = new LshHash({ width: 6, rounds: 2, buckets: [4, 6], seed: 5 });
      const rotations = [0, 1, 2, 3, 4, 5].map(() => new Array<number>(10));
      const rng = new Rng(5);
      for (const row of rotations) for (let i = 0; i < 10; i++) row[i] = Math.fround(rng.normal());
      const vectors = noise(40 * 6, 3);
      const want = Array.from({ length: 40 }, (_, n) =>
        [0, 1].map((round) => {
          const turned = Array.from({ length: 5 }, (_, i) =>
            rotations.reduce((sum, row, c) => sum + vectors[n * 6 + c]! * row[round * 5 + i]!, 0),
          );
          const most = (list: number[]) => {
            const both = [...list, ...list.map((value) => -value)];
            return both.indexOf(Math.max(...both));
          };
          return most(turned.slice(0, 2)) + 4 * most(turned.slice(2));
        }),
      );
      const x = tf.tensor2d(vectors, [40, 6]);
      const longer = tf.mul(x, 7) as tf.Tensor2D;
      const [got, again] = [hash.forward(x), hash.forward(longer)];
      expect(await got.array()).toEqual(want);
      // Length does not matter, the angle alone does.
      expect(await again.array()).toEqual(want);
      tf.dispose([x, longer, got, again]);
      hash.dispose();
    });
  });

  it('puts every position into one place a round, by bucket, padding last', async () => {
    await withoutLeak(async () => {
      const mixer = new ReformerMixer({ width: 4, lMax: 64, heads: 2, chunk: 4, rounds: 3 }, new Rng(1));
      const x = tf.tensor3d(noise(2 * 30 * 4, 1), [2, 30, 4]);
      const mask = tf.tensor2d(someMask(2, 30), [2, 30]);
      const assigned = mixer.assignments(x, mask);
      expect(assigned.shape).toEqual([2, 2, 3, 8, 4]);
      const places = (await assigned.array()) as unknown as number[][][][][];
      const real = await mask.array();
      for (const [b, heads] of places.entries()) {
        for (const round of heads.flat()) {
          const order = round.flat();
          expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, i) => i));
          const padding = order.map((t) => (t < 30 && real[b]![t] === 1 ? 0 : 1));
          expect(padding).toEqual([...padding].sort());
        }
      }
      tf.dispose([x, mask, assigned]);
      mixer.dispose();
    });
  });
});

describe('ReformerMixer', () => {
  beforeAll(() => use('cpu'));

  it('hashes alike from the same seed, whatever the weights', async () => {
    const rotations = (hashSeed: number, seed: number) => {
      const mixer = new ReformerMixer({ width: 4, lMax: 64, chunk: 4, hashSeed }, new Rng(seed));
      const hashed = tf.tidy(() => mixer.hash.forward(tf.tensor2d(noise(60, 1), [30, 2])).arraySync());
      expect([...mixer.namedParameters().keys()].every((name) => !name.startsWith('hash'))).toBe(true);
      mixer.dispose();
      return hashed;
    };
    expect(rotations(1, 2)).toEqual(rotations(1, 3));
    expect(rotations(1, 2)).not.toEqual(rotations(2, 2));
  });

  it('has two buckets for each chunk, in two factors where they are many', () => {
    expect(bucketsFor(64, 64)).toEqual([2]);
    expect(bucketsFor(512, 64)).toEqual([16]);
    expect(bucketsFor(4096, 64)).toEqual([128]);
    expect(bucketsFor(16384, 64)).toEqual([24, 22]);
    expect(bucketsFor(131_072, 64)).toEqual([64, 64]);
  });

  it('says what it wants', () => {
    const make = (options: object) => () => new ReformerMixer({ width: 4, lMax: 8, ...options }, new Rng(1));
    expect(make({ buckets: 5 })).toThrow('LshHash: buckets is 5; want an even number or even numbers');
    expect(make({ buckets: [4, 3] })).toThrow('LshHash: buckets is [4,3]; want an even number or even numbers');
    expect(make({ buckets: [] })).toThrow('LshHash: buckets is []');
    expect(make({ rounds: 0 })).toThrow('ReformerMixer: rounds is 0; want a positive integer');
    expect(make({ chunk: 1.5 })).toThrow('ReformerMixer: chunk is 1.5; want a positive integer');
    expect(make({ heads: 3 })).toThrow('ReformerMixer: heads is 3; want a divisor of the width 4');
    expect(make({ hashSeed: -1 })).toThrow('seed is -1');
    const mixer = make({})();
    const forward = (shape: [number, number, number]) => () => tf.tidy(() => mixer.forward(tf.zeros(shape)));
    expect(forward([1, 9, 4])).toThrow('ReformerMixer: the sequence has 9 positions, and lMax is 8');
    expect(forward([1, 8, 5])).toThrow('ReformerMixer: x has the shape [1,8,5], want [batch, length, 4]');
    const long = tf.zeros([1, 9, 4]) as tf.Tensor3D;
    expect(() => mixer.assignments(long)).toThrow('ReformerMixer: the sequence has 9 positions');
    long.dispose();
    mixer.dispose();
  });
});
