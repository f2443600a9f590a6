// Gradients that free as they go, and recomputation, against tf.variableGrads: same numbers, no tensor left, less memory.
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { heapUse, resetHeapPeak, useBackend } from '../index.ts';
import { embedding, gelu, groupedConv1d, layerNorm, linear } from '../ops/index.ts';
import { expectClose, ids, noiseTensor } from '../testing/numbers.ts';
import { checkpoint, variableGradients } from './index.ts';

const width = 8;
let made: tf.Variable[] = [];
afterEach(() => {
  tf.dispose(made);
  made = [];
});

function variable(shape: number[], seed: number, trainable = true): tf.Variable {
  const initial = noiseTensor(shape, seed);
  const result = tf.variable(initial, trainable);
  initial.dispose();
  made.push(result);
  return result;
}

/** Embedding, `depth` blocks with shortcuts, output through the same table: parameters shared, tensors used twice. */
function network(depth: number, length: number) {
  const table = variable([11, width], 1);
  const shift = variable([width], 2);
  const blocks = Array.from({ length: depth }, (_, i) => ({
    scale: variable([width], 10 * i + 3),
    taps: variable([width, 1, 3], 10 * i + 4),
    up: variable([4 * width, width], 10 * i + 5),
    down: variable([width, 4 * width], 10 * i + 6),
  }));
  type Block = (typeof blocks)[number];
  const variables = [table, shift, ...blocks.flatMap((block) => Object.values(block))];
  const run = (x: tf.Tensor, { scale, taps, up, down }: Block) =>
    tf.tidy(() => {
      const normed = layerNorm(x, scale as tf.Tensor as tf.Tensor1D, shift as tf.Tensor as tf.Tensor1D);
      const mixed = groupedConv1d(normed as tf.Tensor3D, taps as tf.Tensor as tf.Tensor3D, null, {
        groups: width,
        padding: 'causal',
      });
      const inner = gelu(linear(tf.mul(mixed, normed), up as tf.Tensor as tf.Tensor2D));
      return tf.add(x, linear(inner, down as tf.Tensor as tf.Tensor2D));
    });
  const tokens = ids(2 * length, 11, 7);
  const loss = (wrap: (x: tf.Tensor, block: Block) => tf.Tensor = run) => {
    const input = tf.tensor2d(tokens, [2, length], 'int32');
    let x = embedding(input, table as tf.Tensor as tf.Tensor2D);
    for (const block of blocks) x = wrap(x, block);
    return tf.mean(tf.square(linear(x, table as tf.Tensor as tf.Tensor2D))) as tf.Scalar;
  };
  const used = (block: Block) => [shift, ...Object.values(block)];
  const again = (x: tf.Tensor, block: Block) => checkpoint((x) => run(x!, block), [x], used(block));
  return { variables, blocks, run, used, again, loss };
}

type Gradients = (f: () => tf.Scalar, variables: tf.Variable[]) => { value: tf.Scalar; grads: tf.NamedTensorMap };

/** Value and gradients as numbers; as many tensors afterwards as before. */
async function numbers(gradients: Gradients, f: () => tf.Scalar, variables: tf.Variable[]) {
  const before = tf.memory();
  const { value, grads } = tf.tidy(() => gradients(f, variables) as unknown as tf.TensorContainerObject) as unknown as {
    value: tf.Scalar;
    grads: tf.NamedTensorMap;
  };
  expect(tf.memory().numTensors).toBe(before.numTensors + 1 + Object.keys(grads).length);
  const result = new Map<string, Float32Array>();
  result.set('value', (await value.data()) as Float32Array);
  for (const [name, gradient] of Object.entries(grads)) result.set(name, (await gradient.data()) as Float32Array);
  tf.dispose([value, grads]);
  const after = tf.memory();
  expect([after.numTensors, after.numDataBuffers]).toEqual([before.numTensors, before.numDataBuffers]);
  return result;
}

async function expectSame(actual: Map<string, Float32Array>, wanted: Map<string, Float32Array>, tolerance = 1e-6) {
  expect([...actual.keys()].sort()).toEqual([...wanted.keys()].sort());
  for (const [name, values] of wanted) await expectClose(actual.get(name)!, values, tolerance, name);
}

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it('variableGradients gives what tf.variableGrads gives', async () => {
    const { variables, loss } = network(3, 9);
    await expectSame(
      await numbers(variableGradients, loss, variables),
      await numbers(tf.variableGrads, loss, variables),
    );
  });

  it('checkpoint changes nothing: nested, with shared variables, under either way back', async () => {
    const { variables, blocks, run, used, again, loss } = network(3, 9);
    const wanted = await numbers(tf.variableGrads, loss, variables);
    const nested = (x: tf.Tensor, block: (typeof blocks)[number]) =>
      checkpoint((x) => tf.tidy(() => run(again(x!, block), blocks[0]!)), [x], [...used(block), ...used(blocks[0]!)]);
    const flat = (x: tf.Tensor, block: (typeof blocks)[number]) => run(run(x, block), blocks[0]!);
    const wantedNested = await numbers(tf.variableGrads, () => loss(flat), variables);
    for (const gradients of [variableGradients, tf.variableGrads]) {
      await expectSame(await numbers(gradients, () => loss(again), variables), wanted);
      await expectSame(await numbers(gradients, () => loss(nested), variables), wantedNested, 3e-6);
    }
  });

  it('checkpoint is its function where nobody asks for gradients', async () => {
    const { blocks, run, again } = network(1, 9);
    const x = noiseTensor([2, 9, width], 77);
    const before = tf.memory().numTensors;
    const [value, wanted] = tf.tidy(() => [again(x, blocks[0]!), run(x, blocks[0]!)]);
    expect(await value!.data()).toEqual(await wanted!.data());
    tf.dispose([value, wanted]);
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });

  it('gradients that are dy itself, the same tensor twice, saved, or somebody else’s', async () => {
    const [a, b] = [variable([4], 1), variable([4], 2)];
    const mine = tf.keep(noiseTensor([4], 3));
    const passing = tf.customGrad((...args) => {
      const [x, y] = args as tf.Tensor[];
      return { value: tf.add(x!, y!), gradFunc: (dy: tf.Tensor) => [dy, dy] };
    });
    const fresh = tf.customGrad((...args) => {
      const [x, y] = args as tf.Tensor[];
      return {
        value: tf.add(x!, y!),
        gradFunc: (dy: tf.Tensor) => {
          const twice = tf.mul(dy, 2);
          return [twice, twice];
        },
      };
    });
    const foreign = tf.customGrad((...args) => {
      const [x, save] = args as [tf.Tensor, tf.GradSaveFunc];
      save([x]);
      return { value: tf.sum(tf.mul(x, mine)), gradFunc: () => mine };
    });
    const saved = tf.customGrad((...args) => {
      const [x, save] = args as [tf.Tensor, tf.GradSaveFunc];
      save([x]);
      return { value: tf.square(x), gradFunc: (_dy: tf.Tensor, saved: tf.Tensor[]) => saved };
    });
    const loss = () => tf.tidy(() => foreign(passing(saved(fresh(a, b)), fresh(saved(a), passing(b, b)))) as tf.Scalar);
    await expectSame(await numbers(variableGradients, loss, [a, b]), await numbers(tf.variableGrads, loss, [a, b]));
    expect(await mine.data()).toHaveLength(4);
    mine.dispose();
  });

  it('an op of two outputs of which one is used; a value that is a variable, or an input', async () => {
    const [a, scale] = [variable([6], 1), variable([], 2)];
    const half = () => tf.tidy(() => tf.mul(tf.sum(tf.split(a, 2)[1]!), scale) as tf.Scalar);
    await expectSame(
      await numbers(variableGradients, half, [a, scale]),
      await numbers(tf.variableGrads, half, [a, scale]),
    );
    const itself = tf.tidy(() => variableGradients(() => scale as tf.Tensor as tf.Scalar, [scale]).grads[scale.name]!);
    expect(await itself.data()).toEqual(Float32Array.of(1));
    itself.dispose();
    expect(scale.isDisposed).toBe(false);
    const through = () => tf.tidy(() => tf.sum(checkpoint((x) => x!, [checkpoint(() => a, [], [a])], [])) as tf.Scalar);
    const identity = await numbers(variableGradients, through, [a]);
    expect(identity.get(a.name)).toEqual(new Float32Array(6).fill(1));
  });

  it('integer inputs of a checkpoint, and a variable that it does not use', async () => {
    const [table, unused] = [variable([11, 4], 1), variable([3], 2)];
    const tokens = tf.tensor1d(ids(5, 11, 3), 'int32');
    const look = (x: tf.Tensor) => embedding(x, table as tf.Tensor as tf.Tensor2D);
    const loss = () => tf.tidy(() => tf.sum(tf.square(look(tokens))) as tf.Scalar);
    const again = () =>
      tf.tidy(() => tf.sum(tf.square(checkpoint((x) => look(x!), [tokens], [table, unused]))) as tf.Scalar);
    const wanted = await numbers(tf.variableGrads, loss, [table]);
    await expectSame(
      await numbers(variableGradients, again, [table, unused]),
      wanted.set(unused.name, new Float32Array(3)),
    );
    tokens.dispose();
  });

  it('tensors kept inside f stay; a gradient taken inside f is right', async () => {
    const a = variable([5], 1);
    let kept: tf.Tensor | undefined;
    const x = tf.tensor1d([1, 2, 3, 4, 5]);
    const loss = () =>
      tf.tidy(() => {
        kept?.dispose();
        const slope = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(x, tf.square(x))))(x);
        const y = tf.mul(tf.square(a), slope);
        kept = tf.keep(tf.mul(y, 2));
        return tf.sum(y) as tf.Scalar;
      });
    const value = tf.tidy(() => variableGradients(loss, [a]).grads[a.name]!);
    await expectClose(
      value,
      Float32Array.from(await a.data(), (v, i) => 2 * v * 3 * (i + 1) ** 2),
      1e-6,
    );
    expect(await kept!.data()).toHaveLength(5);
    tf.dispose([value, kept, x] as tf.Tensor[]);
  });

  it('says what is wrong, and leaves nothing', () => {
    const { variables, blocks, run, loss } = network(2, 9);
    const frozen = variable([3], 8, false);
    const before = tf.memory();
    const bad: [() => unknown, string][] = [
      [() => variableGradients(loss, []), 'none of the 0 variables is trainable'],
      [() => variableGradients(loss, [frozen]), 'none of the 1 variables is trainable'],
      [
        () => variableGradients(() => tf.square(variables[1]!) as never, variables),
        'f gives float32 of shape [8]; want a float32 scalar',
      ],
      [() => variableGradients(() => 3 as never, variables), 'wants a tensor'],
      [() => variableGradients(() => tf.scalar(3), variables), 'depends on none of the variables'],
      [
        () =>
          variableGradients(() => {
            loss();
            throw new Error('half-way');
          }, variables),
        'half-way',
      ],
      [
        () =>
          variableGradients(
            () => loss((x, block) => checkpoint((x) => run(x!, block), [x], Object.values(block))),
            variables,
          ),
        `checkpoint: f uses variables that are not in its list, so their gradients would be lost: '${variables[1]!.name}' [8]`,
      ],
      [
        () =>
          variableGradients(
            () =>
              loss((x, block) => {
                const broken = tf.customGrad((...args) => ({
                  value: tf.clone(args[0] as tf.Tensor),
                  gradFunc: () => {
                    throw new Error('on the way back');
                  },
                }));
                return broken(run(x, block));
              }),
            variables,
          ),
        'on the way back',
      ],
    ];
    for (const [work, message] of bad) {
      expect(work).toThrow(message);
      const after = tf.memory();
      expect([message, after.numTensors, after.numDataBuffers]).toEqual([
        message,
        before.numTensors,
        before.numDataBuffers,
      ]);
    }
    expect(blocks).toHaveLength(2);
  });
});

describe('memory on the wasm heap', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  /** The most bytes in use beyond those that were. */
  function peak(work: () => tf.TensorContainer): number {
    tf.dispose(tf.tidy(work));
    const { used } = heapUse()!;
    resetHeapPeak();
    tf.dispose(tf.tidy(work));
    expect(heapUse()!.used).toBe(used);
    return heapUse()!.peak - used;
  }

  it('freeing as it goes takes less, recomputing less still, and depth then costs inputs alone', () => {
    const length = 2048;
    const unit = 2 * length * width * 4;
    const of = (depth: number) => {
      const { variables, again, loss } = network(depth, length);
      return [
        peak(() => tf.variableGrads(loss, variables) as never),
        peak(() => variableGradients(loss, variables) as never),
        peak(() => variableGradients(() => loss(again), variables) as never),
      ].map((bytes) => bytes / unit) as [number, number, number];
    };
    const [all, freed, recomputed] = of(6);
    expect(freed).toBeLessThan(0.75 * all);
    expect(recomputed).toBeLessThan(0.4 * freed);
    const [, freedTwice, recomputedTwice] = of(12);
    expect(freedTwice - freed).toBeGreaterThan(6 * 8);
    // Six blocks more: six inputs, [B, L, D] each, and their own copies within the forward tidy.
    expect(recomputedTwice - recomputed).toBeLessThan(6 * 1.5);
  });
});
