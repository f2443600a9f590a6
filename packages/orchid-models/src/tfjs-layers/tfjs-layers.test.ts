// The layers within @tensorflow/tfjs-layers: they train by `fit`, go through `save` and `load` unchanged, and clean up.
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { use, withoutLeak } from '../../test/backends.ts';
import { OrchidBlock } from '../index.ts';
import { ddConv1d, type OrchidBlockArgs, orchidBlock, orchidMixer } from './index.ts';

const [batch, length, width] = [8, 12, 6];

function noise(shape: number[], seed: number): tf.Tensor {
  return tf.randomNormal(shape, 0, 1, 'float32', seed);
}

/** Saves into memory, and loads from there. */
async function copied(model: tfl.LayersModel): Promise<tfl.LayersModel> {
  let saved: tf.io.ModelArtifacts | undefined;
  const handler: tf.io.IOHandler = {
    save: async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  };
  await model.save(handler);
  // What a file would hold: JSON and bytes.
  const topology = JSON.parse(JSON.stringify(saved!.modelTopology));
  return tfl.loadLayersModel({ load: async () => ({ ...saved!, modelTopology: topology }) });
}

// A static kernel's network is most of the work here.
const filter = { order: 8, embDim: 3, numInnerMlps: 1 };
const kinds: [string, () => tfl.layers.Layer][] = [
  ['ddConv1d', () => ddConv1d({ seed: 1, filter })],
  ['ddConv1d, dct, type II', () => ddConv1d({ seed: 1, type: 'II', transform: 'dct', filter })],
  ['ddConv1d, I-time', () => ddConv1d({ seed: 1, type: 'I-time', norm: 'ortho', staticKernel: false })],
  ['orchidMixer', () => orchidMixer({ seed: 1, lMax: 20, mixer: { filter } })],
  ['orchidMixer, attention', () => orchidMixer({ seed: 1, mixer: { kind: 'attention', heads: 3 } })],
  ['orchidBlock', () => orchidBlock({ seed: 1, mixer: { filter } })],
  [
    'orchidBlock, options',
    () =>
      orchidBlock({
        seed: 1,
        innerWidth: 10,
        eps: 1e-4,
        mixer: { conditioning: 'I-freq', norm: 'ortho', filter, network: { paddingMode: 'circular' } },
      }),
  ],
];

describe.each(['cpu', 'wasm'] as const)('tfjs-layers on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each(kinds)('%s: fit lowers the loss, and the saved model predicts the same bits', async (_, layer) => {
    await withoutLeak(async () => {
      const model = tfl.sequential();
      model.add(tfl.layers.dense({ units: width, inputShape: [length, 3] }));
      model.add(layer());
      model.add(layer());
      model.add(tfl.layers.globalAveragePooling1d({}));
      model.add(tfl.layers.dense({ units: 1 }));
      const optimizer = tf.train.adam(0.02);
      model.compile({ optimizer, loss: 'meanSquaredError' });
      const [x, y] = [noise([batch, length, 3], 1), noise([batch, 1], 2)];
      const { history } = await model.fit(x, y, { epochs: 8, batchSize: 4, shuffle: false, verbose: 0 });
      const losses = history.loss as number[];
      expect(losses.at(-1)!).toBeLessThan(0.8 * losses[0]!);

      const again = await copied(model);
      expect(again.layers.map((each) => each.getConfig())).toEqual(model.layers.map((each) => each.getConfig()));
      const [p, q] = [model.predict(x), again.predict(x)] as [tf.Tensor, tf.Tensor];
      expect(await q.data()).toEqual(await p.data());
      optimizer.dispose();
      tf.dispose([x, y, p, q]);
      model.dispose();
      again.dispose();
    });
  });

  it('computes what the module of the same seed computes', async () => {
    await withoutLeak(async () => {
      const layer = orchidBlock({ seed: 7, innerWidth: 8, mixer: { transform: 'dct' } });
      const x = noise([2, length, width], 3) as tf.Tensor3D;
      const y = layer.apply(x) as tf.Tensor;
      const block = new OrchidBlock({ mixer: { width, lMax: length, transform: 'dct' }, innerWidth: 8 }, new Rng(7));
      const want = block.forward(x);
      expect(await y.data()).toEqual(await want.data());
      expect(layer.countParams()).toBe(block.parameterCount());
      expect(layer.weights.map(({ originalName }) => originalName.replace(/^.*\//, ''))).toEqual([
        ...block.namedParameters().keys(),
      ]);
      tf.dispose([x, y, want]);
      block.dispose();
      layer.dispose();
    });
  });

  it('setWeights and trainable act on what is computed and trained', async () => {
    await withoutLeak(async () => {
      const [from, to] = [ddConv1d({ seed: 1, lMax: length }), ddConv1d({ seed: 2, lMax: length })];
      const x = noise([2, length, width], 3);
      const [a, b] = [from.apply(x), to.apply(x)] as [tf.Tensor, tf.Tensor];
      expect(await b.data()).not.toEqual(await a.data());
      to.setWeights(from.getWeights());
      const c = to.apply(x) as tf.Tensor;
      expect(await c.data()).toEqual(await a.data());
      to.trainable = false;
      expect(to.trainableWeights).toEqual([]);
      tf.dispose([x, a, b, c]);
      from.dispose();
      to.dispose();
    });
  });

  it('takes the place of a layer in tf.model, of any length up to lMax', async () => {
    await withoutLeak(async () => {
      const input = tfl.input({ shape: [null, width] });
      const mixed = orchidMixer({ lMax: 30, seed: 1 }).apply(input) as tfl.SymbolicTensor;
      const sum = tfl.layers.add().apply([input, mixed]) as tfl.SymbolicTensor;
      expect(sum.shape).toEqual([null, null, width]);
      const model = tfl.model({ inputs: input, outputs: sum });
      for (const size of [5, 30]) {
        const x = noise([2, size, width], size);
        const y = model.predict(x) as tf.Tensor;
        expect(y.shape).toEqual([2, size, width]);
        tf.dispose([x, y]);
      }
      const x = noise([2, 31, width], 1);
      expect(() => model.predict(x)).toThrow('OrchidMixer: the sequence has 31 positions, and lMax is 30');
      x.dispose();
      model.dispose();
    });
  });

  it('every weight gets a gradient', async () => {
    await withoutLeak(async () => {
      const layer = orchidBlock({ seed: 1 });
      const x = noise([2, length, width], 5);
      tf.dispose(layer.apply(x) as tf.Tensor);
      const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const { value, grads } = tf.variableGrads(
        () => tf.mean(tf.square(layer.apply(x) as tf.Tensor)) as tf.Scalar,
        variables,
      );
      for (const { name } of variables) {
        const values = await grads[name]!.data();
        expect(values.every(Number.isFinite), name).toBe(true);
        expect(
          values.some((each) => each !== 0),
          name,
        ).toBe(true);
      }
      tf.dispose([x, value, grads]);
      layer.dispose();
    });
  });
});

describe('what the layers refuse', () => {
  beforeAll(() => use('cpu'));
  const built = (layer: tfl.layers.Layer, shape: (number | null)[]) => () =>
    layer.apply(tfl.input({ batchShape: shape }));

  it.each([
    [
      'a misspelt option',
      () => orchidBlock({ inerWidth: 3 } as OrchidBlockArgs),
      "OrchidBlock: unknown option 'inerWidth'",
    ],
    ['images', built(ddConv1d(), [null, 4, 4, 3]), 'expected ndim=3, found ndim=4'],
    [
      'no length',
      built(ddConv1d(), [null, null, 3]),
      "OrchidDdConv: the input's shape is [null, null, 3], without a length",
    ],
    ['no channels', built(orchidMixer(), [null, 3, null]), 'want [batch, length, channels], the channels known'],
    ['more than lMax', built(orchidMixer({ lMax: 2 }), [null, 3, 4]), 'its length is more than lMax = 2'],
    ['a bad seed', built(orchidMixer({ seed: -1 }), [null, 3, 4]), 'Rng: seed is -1'],
    ['heads', built(orchidMixer({ mixer: { kind: 'attention', heads: 3 } }), [null, 3, 4]), 'heads is 3'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it('a layer without a seed starts with weights of its own', async () => {
    const values = await Promise.all(
      [1, 2].map(async () => {
        const layer = ddConv1d({ lMax: 4 });
        layer.build([null, 4, 3]);
        return layer.getWeights()[0]!.data();
      }),
    );
    expect(values[0]).not.toEqual(values[1]);
  });
});
