// Tensors that lie on the device in half precision, for what training keeps for the way back. To TensorFlow.js they are float32
// tensors like any other: where a kernel binds one, it is expanded first, and stays so until it is disposed of. Kernels that can
// read halves ask `halfOf` and bind those.
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { packHalfProgram, unpackHalfProgram, valuesOfGroup } from '../wgsl/half.ts';
import { laneOf } from '../wgsl/values.ts';
import { makeOutput, type WebGpuBackend } from './backend.ts';
import { dispatch } from './dispatch.ts';
import type { Halves } from './halves.ts';
import { partOf, rangesOf } from './ranges.ts';

/** The halves of a tensor that is kept in half precision, for buffers of `f16`, `vec4h` and the like. */
export function halfOf(backend: WebGpuBackend, { dataId }: TensorInfo): TensorInfo | undefined {
  return backend.halves?.words.get(dataId);
}

/**
 * A tensor of a shape whose values a kernel writes in half precision, into its words; like {@link makeOutput}'s, not cleared. An
 * odd size has one value more.
 */
export function makeHalf(backend: WebGpuBackend, shape: readonly number[]): { tensor: TensorInfo; words: TensorInfo } {
  const tensor = makeOutput(backend, shape);
  const words = makeOutput(backend, [Math.ceil(util.sizeFromShape(tensor.shape) / 2)], 'int32');
  halvesOf(backend).words.set(tensor.dataId, words);
  return { tensor, words };
}

/**
 * A tensor with the values of x in half precision: the nearest ones, ±65504 for larger ones; what is infinite or no number stays
 * so. As long as it lives, the same one for the same x.
 *
 * @param shift [rows], what to take off the values of each row of x; null for nothing
 */
export function halfCopy(backend: WebGpuBackend, x: TensorInfo, shift: TensorInfo | null): TensorInfo {
  const { copies } = halvesOf(backend);
  const { dataId, shape } = x;
  const known = shift === null ? copies.get(dataId) : undefined;
  if (known && backend.refCount(known.dataId) > 0) {
    backend.incRef(known.dataId);
    return { dataId: known.dataId, shape, dtype: 'float32' };
  }
  const values = util.sizeFromShape(shape);
  const { tensor: copy, words: half } = makeHalf(backend, shape);
  const columns = shift ? values / util.sizeFromShape(shift.shape) : values;
  const lane = laneOf(values, columns);
  convert(backend, values, lane === 'vec4f', (first, count, part) =>
    dispatch(backend, packHalfProgram(lane, shift !== null), {
      buffers: { x: part(x, 4), half: part(half, 2), ...(shift && { shift }) },
      params: { first, count, columns },
      groups: Math.ceil(count / valuesOfGroup),
    }),
  );
  if (shift === null) copies.set(dataId, copy);
  return copy;
}

/** Writes the values of a tensor in half precision into its buffer, which is there already. */
export function expandHalf(backend: WebGpuBackend, y: TensorInfo): void {
  const half = halfOf(backend, y);
  if (!half) return;
  const values = util.sizeFromShape(y.shape);
  const lane = laneOf(values);
  convert(backend, values, lane === 'vec4f', (_, count, part) =>
    dispatch(backend, unpackHalfProgram(lane), {
      buffers: { half: part(half, 2), y: part(y, 4) },
      params: { count },
      groups: Math.ceil(count / valuesOfGroup),
    }),
  );
}

type Part = (tensor: TensorInfo, bytesOfValue: number) => ReturnType<typeof partOf>;

/** Runs a program over all values, or over ranges that the device binds; those of odd sizes are not divided. */
function convert(
  backend: WebGpuBackend,
  values: number,
  isDivided: boolean,
  run: (first: number, count: number, part: Part) => void,
): void {
  if (!isDivided) {
    run(0, values, (tensor) => tensor);
    return;
  }
  const op = 'half precision';
  for (const range of rangesOf(backend, { op, item: 'four values', count: values / 4, sizes: [16, 8] })) {
    run(4 * range.first, 4 * range.count, (tensor, bytes) => partOf(tensor, range, 4 * bytes));
  }
}

function halvesOf({ halves }: WebGpuBackend): Halves {
  if (!halves) throw new Error("half precision: this engine was not started by useBackend('webgpu')");
  return halves;
}
