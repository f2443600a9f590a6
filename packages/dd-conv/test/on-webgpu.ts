// What the tests of the convolutions on webgpu share: the operator against the plain functions, and what it costs.
import { recordDispatches } from '@orchid-ml/backends/webgpu-host';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { ddConv } from '../src/index.ts';
import { type DdConvArrays, type DdConvSettings, ddConvGradient, ddConv as plainDdConv } from '../src/plain/index.ts';
import { type Case, label, tensorsOf } from './cases.ts';
import { error, Rng, randomArray, values } from './engines.ts';

const valueBound = 2e-6;
const gradientBound = 1e-5;

/** The public operator on tensors in the order of `tensorsOf`. */
export function operator({ transform, kernel, spectrum, skip, gates }: Case) {
  return (...tensors: tf.Tensor[]): tf.Tensor3D => {
    const rest = [...tensors];
    const next = (isThere: boolean) => (isThere ? rest.shift() : undefined);
    const z = next(true) as tf.Tensor3D;
    const h = next(kernel !== 'none');
    const re = next(spectrum);
    const im = next(spectrum && transform === 'dft');
    const d = next(skip) as tf.Tensor1D | undefined;
    const [inputGate, outputGate] = gates ? (rest as tf.Tensor3D[]) : [];
    return ddConv(z, {
      ...(h && { kernel: h }),
      ...(re && { spectrum: im ? { re, im } : (re as tf.Tensor3D) }),
      ...(d && { skip: d }),
      ...(inputGate && { inputGate }),
      ...(outputGate && { outputGate }),
      transform,
    });
  };
}

export const settingsOf = (c: Case, batch: number, length: number, width: number): DdConvSettings => ({
  batch,
  length,
  width,
  transform: c.transform,
  kernelScale: c.transform === 'dct' ? 1 : 1 / length,
});

/** The operator and its gradients against float64. */
export async function check(c: Case, settings: DdConvSettings, arrays: DdConvArrays, run = operator(c)) {
  const tensors = tensorsOf(settings, arrays);
  const dyArray = randomArray(new Rng(5), tensors[0]!.size);
  const dy = tf.tensor3d(dyArray, [settings.batch, settings.length, settings.width]);
  const { value, grads } = tf.valueAndGrads(run)(tensors, dy);
  expect(error(await values(value), plainDdConv(settings, arrays)), label(c)).toBeLessThan(valueBound);
  const { z, kernel, spectrum, skip, inputGate, outputGate } = ddConvGradient(settings, arrays, dyArray);
  const want = [z, kernel, spectrum?.re, spectrum?.im, skip, inputGate, outputGate].filter((g) => g !== undefined);
  for (const [i, expected] of want.entries()) {
    expect(error(await values(grads[i]!), expected), `${label(c)}: gradient ${i}`).toBeLessThan(gradientBound);
  }
  tf.dispose([...tensors, dy, value, grads]);
}

const bytesOf = (tensors: readonly tf.Tensor[]) => 4 * tensors.reduce((sum, { size }) => sum + size, 0);

/** Dispatches of the operator and of its gradient, and their bytes in units of the floor: each tensor read or written once. */
export async function cost(run: (...tensors: tf.Tensor[]) => tf.Tensor3D, tensors: tf.Tensor[]) {
  const [z] = tensors as [tf.Tensor3D];
  const dy = tf.onesLike(z);
  const one = await recordDispatches(() => run(...tensors));
  const both = await recordDispatches(() => tf.grads(run)(tensors, dy));
  // The gradient ran the operator first.
  const gradient = both.dispatches.slice(one.dispatches.length);
  const moved = (list: typeof gradient) =>
    list.reduce((sum, { readBytes, writtenBytes }) => sum + readBytes + writtenBytes, 0);
  await one.result.data();
  const inputs = bytesOf(tensors);
  tf.dispose([dy, one.result, both.result]);
  return {
    forward: { dispatches: one.dispatches.length, bytes: moved(one.dispatches) / (inputs + bytesOf([z])) },
    gradient: { dispatches: gradient.length, bytes: moved(gradient) / (2 * inputs + bytesOf([z])) },
  };
}
