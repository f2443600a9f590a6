// One suite over every engine: values against the defining sums, gradients of every input against float64.
import { nextFastLength } from '@orchid-ml/fft/plain';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ComplexPair, ddConv, longConv, splitComplex } from '../src/index.ts';
import { type DdConvSettings, ddConvGradient, ddConv as plainDdConv } from '../src/plain/index.ts';
import { type Case, cases, label, randomArrays, tensorsOf } from './cases.ts';
import { directDdConv } from './direct.ts';
import { engines, error, Rng, randomArray, start, values } from './engines.ts';

const lengths = [1, 2, 3, 8, 16, 17, 30, 31, 64, 97, 100, 128];
const widths = [1, 3, 8, 13, 16];
// On webgpu every length is two programs of its own, which a driver may take seconds to compile: the fullest case of each
// transform, which has every buffer, sees all lengths, the others some of these by turns, such that
// a length meets kernels with and without a spectrum, a skip and neither, and the widths in turn.
const fewLengths = [1, 17, 30];
const turns = [
  [1, 30],
  [17, 30],
];
const isFullest = (c: Case) => c.gates === true && c.kernel === 'shared';
// Float32 against float64, relative to the largest magnitude.
const valueBound = 2e-6;
const gradientBound = 5e-6;

/** The public operator on tensors in the order of `tensorsOf`. */
function operator(c: Case, norm: 'forward' | 'ortho' | 'backward') {
  return (...tensors: tf.Tensor[]): tf.Tensor3D => {
    const rest = [...tensors];
    const z = rest.shift() as tf.Tensor3D;
    const kernel = c.kernel === 'none' ? undefined : (rest.shift() as tf.Tensor3D);
    const re = c.spectrum ? (rest.shift() as tf.Tensor3D) : undefined;
    const im = c.spectrum && c.transform === 'dft' ? rest.shift()! : undefined;
    const skip = c.skip ? (rest.shift() as tf.Tensor1D) : undefined;
    const [inputGate, outputGate] = rest as tf.Tensor3D[];
    const spectrum: ComplexPair | tf.Tensor3D | undefined = re && im ? { re, im } : re;
    const { transform } = c;
    return ddConv(z, {
      ...(kernel && { kernel }),
      ...(spectrum && { spectrum }),
      ...(skip && { skip }),
      ...(inputGate && { inputGate }),
      ...(outputGate && { outputGate }),
      transform,
      norm,
    });
  };
}

describe.each(engines)('%s', (engine) => {
  beforeAll(() => start(engine));

  async function check(
    what: string,
    settings: DdConvSettings,
    arrays: Parameters<typeof tensorsOf>[1],
    run: (...tensors: tf.Tensor[]) => tf.Tensor3D,
    truth: ArrayLike<number> = directDdConv(settings, arrays),
  ) {
    const tensors = tensorsOf(settings, arrays);
    const dyArray = randomArray(new Rng(5), truth.length);
    const dy = tf.tensor(dyArray, tensors[0]!.shape as [number, number, number]) as tf.Tensor3D;
    const before = tf.memory().numTensors;
    const y = run(...tensors);
    expect(tf.memory().numTensors, `${what}: tensors left by the operator`).toBe(before + 1);
    expect(y.shape).toEqual(tensors[0]!.shape);
    expect(error(await values(y), truth), what).toBeLessThan(valueBound);

    const { value, grads } = tf.valueAndGrads((...t: tf.Tensor[]) => run(...t))(tensors, dy);
    expect(tf.memory().numTensors, `${what}: tensors left by the gradient`).toBe(before + 2 + grads.length);
    const gradients = ddConvGradient(settings, arrays, dyArray);
    const { z, kernel, spectrum, skip, inputGate, outputGate } = gradients;
    const want = [z, kernel, spectrum?.re, spectrum?.im, skip, inputGate, outputGate];
    for (const [i, expected] of want.filter((g) => g !== undefined).entries()) {
      expect(error(await values(grads[i]!), expected), `${what}: gradient ${i}`).toBeLessThan(gradientBound);
    }
    tf.dispose([...tensors, dy, y, value, grads]);
  }

  describe.each(cases.map((c, i) => [label(c), c, i] as const))('ddConv, %s', (_, c, turn) => {
    /** The operator at one size, against the sums or, where those would take too long, the plain functions. */
    async function checkSize(length: number, width: number, isSummed = true) {
      const norm = (['forward', 'ortho', 'backward'] as const)[length % 3]!;
      const scale = { forward: 1 / length, ortho: length ** -0.5, backward: 1 }[norm];
      const kernelScale = c.transform === 'dct' ? 1 : scale;
      const settings: DdConvSettings = { batch: 2, length, width, transform: c.transform, kernelScale };
      const arrays = randomArrays(c, settings, length * 100 + width);
      const truth = isSummed ? directDdConv(settings, arrays) : plainDdConv(settings, arrays);
      await check(`L ${length}, D ${width}, ${norm}`, settings, arrays, operator(c, norm), truth);
    }

    const isWebGpu = engine === 'webgpu';
    it('at every length and width', async () => {
      for (const [i, length] of (isWebGpu && !isFullest(c) ? turns[(turn + (turn >> 1)) % 2]! : lengths).entries()) {
        // Every length with a full and an uneven width, every width with a few lengths.
        const all = length === 17 || length === 30 || length === 64 ? widths : [8, 13];
        for (const width of isWebGpu ? [all[i % all.length]!] : all) await checkSize(length, width);
      }
    }, 300_000);

    it.skipIf(isWebGpu && !isFullest(c))('wider than a panel', async () => {
      for (const [length, width] of [
        [5, 128],
        [6, 139],
        [9, 264],
      ] as const) {
        await checkSize(length, width);
      }
    });

    // On cpu the kernel is the plain function. The fullest case of each transform is enough: it has every buffer.
    if (engine === 'wasm' && c.kernel === 'shared' && c.spectrum && c.skip) {
      it('so long that few groups fit a panel', () => checkSize(32768, 19, false));
    }
  });

  describe.each(['shared', 'per example'] as const)('longConv, kernel %s', (kernel) => {
    it.each(['circular', 'causal'] as const)('%s', async (mode) => {
      const isWebGpu = engine === 'webgpu';
      for (const [i, length] of (isWebGpu ? fewLengths : lengths).entries()) {
        for (const rows of new Set([1, Math.ceil(length / 2), length])) {
          const all = length === 30 || length === 31 ? widths : [8, 13];
          for (const width of isWebGpu ? [all[i % all.length]!] : all) {
            const skip = length % 2 === 0;
            const fftLength = mode === 'circular' ? length : nextFastLength(length + rows - 1);
            const settings: DdConvSettings = { batch: 2, length, width, transform: 'dft', fftLength };
            const arrays = randomArrays({ transform: 'dft', kernel, spectrum: false, skip }, settings, rows, rows);
            await check(`L ${length}, Lh ${rows}, D ${width}`, settings, arrays, (x, h, d) =>
              longConv(x as tf.Tensor3D, h as tf.Tensor3D, { mode, ...(d && { skip: d as tf.Tensor1D }) }),
            );
          }
        }
      }
    });
  });

  it.each(['inputGate', 'outputGate'] as const)('%s alone', async (name) => {
    const settings: DdConvSettings = { batch: 2, length: 24, width: 11, transform: 'dft', kernelScale: 1 / 24 };
    const all = randomArrays(cases.find((c) => c.gates)!, settings, 6);
    const { inputGate, outputGate, ...rest } = all;
    const arrays = { ...rest, [name]: name === 'inputGate' ? inputGate : outputGate };
    await check(name, settings, arrays, (z, re, im, skip, gate) =>
      ddConv(z as tf.Tensor3D, {
        spectrum: { re: re!, im: im! },
        skip: skip as tf.Tensor1D,
        [name]: gate,
      }),
    );
  });

  it('long transforms: 8192 and the causal 6000', async () => {
    const c: Case = { transform: 'dft', kernel: 'shared', spectrum: false, skip: true };
    for (const [length, mode] of [
      [8192, 'circular'],
      [6000, 'causal'],
    ] as const) {
      const fftLength = mode === 'circular' ? length : nextFastLength(2 * length - 1);
      const settings: DdConvSettings = { batch: 1, length, width: 2, transform: 'dft', fftLength };
      const arrays = randomArrays(c, settings, 3);
      await check(
        `${length}`,
        settings,
        arrays,
        (x, h, d) => longConv(x as tf.Tensor3D, h as tf.Tensor2D, { mode, skip: d as tf.Tensor1D }),
        plainDdConv(settings, arrays),
      );
    }
  });

  it('the same tensor as signal and kernel', async () => {
    const x = tf.tensor(randomArray(new Rng(1), 2 * 6 * 3), [2, 6, 3]) as tf.Tensor3D;
    const dx = tf.grad((t) => longConv(t as tf.Tensor3D, t as tf.Tensor3D))(x);
    const array = await values(x);
    const settings: DdConvSettings = { batch: 2, length: 6, width: 3, transform: 'dft' };
    const arrays = { z: array, kernel: { values: array, rows: 6, perExample: true } };
    const want = ddConvGradient(settings, arrays, new Float32Array(36).fill(1));
    expect(
      error(
        await values(dx),
        want.z.map((v, i) => v + want.kernel![i]!),
      ),
    ).toBeLessThan(gradientBound);
    tf.dispose([x, dx]);
  });

  it('kernelDomain time: H over 2L points, cut to L, joins the kernel', async () => {
    for (const norm of ['forward', 'ortho', 'backward'] as const) {
      const [batch, length, width] = [2, 10, 3];
      const rng = new Rng(4);
      const shape: [number, number, number] = [batch, length + 1, width];
      const z = tf.tensor3d(randomArray(rng, batch * length * width), [batch, length, width]);
      const h = tf.tensor2d(randomArray(rng, length * width), [length, width]);
      const re = tf.tensor3d(randomArray(rng, batch * (length + 1) * width), shape);
      const im = tf.tensor3d(randomArray(rng, batch * (length + 1) * width), shape);
      const y = ddConv(z, { kernel: h, spectrum: { re, im }, norm, kernelDomain: 'time' });
      // The adaptive kernel by its sum.
      const scale = { forward: 1, ortho: (2 * length) ** -0.5, backward: 1 / (2 * length) }[norm];
      const [hv, rv, iv] = [await values(h), await values(re), await values(im)];
      const kernel = Float64Array.from({ length: batch * length * width }, (_, i) => {
        const [b, t, c] = [Math.floor(i / (length * width)), Math.floor(i / width) % length, i % width];
        let sum = 0;
        for (let k = 0; k <= length; k++) {
          const at = (b * (length + 1) + k) * width + c;
          const angle = (Math.PI * k * t) / length;
          if (k === 0 || k === length) sum += rv[at]! * Math.cos(angle);
          else sum += 2 * (rv[at]! * Math.cos(angle) - iv[at]! * Math.sin(angle));
        }
        return sum * scale + hv[t * width + c]!;
      });
      const kernelScale = { forward: 1 / length, ortho: length ** -0.5, backward: 1 }[norm];
      const truth = directDdConv(
        { batch, length, width, transform: 'dft', kernelScale },
        { z: await values(z), kernel: { values: kernel, rows: length, perExample: true } },
      );
      expect(error(await values(y), truth), norm).toBeLessThan(valueBound);
      tf.dispose([z, h, re, im, y]);
    }
  });

  it('splitComplex and its gradient', async () => {
    for (const shape of [[2], [3, 6], [2, 5, 14]]) {
      const size = shape.reduce((a, b) => a * b, 1);
      const x = tf.tensor(
        Float32Array.from({ length: size }, (_, i) => i),
        shape,
      );
      const { re, im } = splitComplex(x);
      expect(re.shape).toEqual([...shape.slice(0, -1), shape.at(-1)! / 2]);
      expect([...(await values(re))]).toEqual([...Array(size / 2).keys()].map((i) => 2 * i));
      expect([...(await values(im))]).toEqual([...Array(size / 2).keys()].map((i) => 2 * i + 1));
      const dx = tf.grad((t) => {
        const pair = splitComplex(t);
        return tf.add(tf.sum(tf.square(pair.re)), tf.sum(pair.im));
      })(x);
      expect([...(await values(dx))]).toEqual([...Array(size).keys()].map((i) => (i % 2 === 0 ? 2 * i : 1)));
      tf.dispose([x, re, im, dx]);
    }
    expect(() => splitComplex(tf.zeros([2, 3]))).toThrow('splitComplex: x has shape [2,3]; want an even last axis');
    expect(() => splitComplex(tf.zeros([2, 2], 'int32'))).toThrow('dtype int32; want float32');
  });
});
