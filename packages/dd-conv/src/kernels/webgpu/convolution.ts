// What a call of the webgpu kernels is about: its sizes, its tensors by the names that programs use, and how its examples are
// shared out where a tensor is larger than the device binds at once.
import {
  type Bound,
  partOf,
  type Range,
  rangesOf,
  type Table,
  table,
  type WebGpuBackend,
} from '@orchid-ml/backends/webgpu-host';
import { joined, type SharedTransform } from '@orchid-ml/fft/wgsl';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { blocksOf, scalesOf, twistTable, valuesOf } from '../../wgsl/bins.ts';
import type { Fused, Output } from '../../wgsl/fused.ts';
import type { DdConvAttrs, DdConvGradInputs, DdConvInputs } from '../names.ts';

export interface Convolution {
  readonly backend: WebGpuBackend;
  readonly transform: 'dft' | 'dct';
  readonly batch: number;
  readonly length: number;
  readonly width: number;
  /** pairs of channels of a row */
  readonly pairs: number;
  /** points of the transform */
  readonly n: number;
  readonly kernel: Fused['kernel'];
  readonly kernelRows: number;
  readonly scale: number;
  /** inputs and outputs, by the names of the programs' buffers */
  readonly tensors: Readonly<Record<string, TensorInfo>>;
}

export function convolutionOf(
  backend: WebGpuBackend,
  inputs: DdConvInputs | DdConvGradInputs,
  attrs: DdConvAttrs,
  outputs: Readonly<Record<string, TensorInfo>>,
): Convolution {
  const { z, kernel, spectrumRe, spectrumIm, ...others } = inputs;
  const [batch, length, width] = z.shape as [number, number, number];
  const { transform, fftLength, kernelScale, kernelPerExample } = attrs;
  const given = { z, kernel, re: spectrumRe, im: spectrumIm, ...others };
  const tensors: Record<string, TensorInfo> = { ...outputs };
  for (const [name, tensor] of Object.entries(given)) if (tensor) tensors[name] = tensor;
  return {
    backend,
    transform,
    batch,
    length,
    width,
    pairs: Math.ceil(width / 2),
    n: fftLength,
    kernel: kernel ? (kernelPerExample ? 'per example' : 'shared') : 'none',
    kernelRows: kernel?.shape.at(-2) ?? 0,
    scale: transform === 'dct' ? 1 : kernelScale,
    tensors,
  };
}

/** How the programs see the convolution. */
export function fusedOf(convolution: Convolution, outputs: readonly Output[]): Fused {
  const { transform, n, width, kernel, tensors } = convolution;
  return {
    transform,
    n1: 1,
    isEvenLength: n % 2 === 0,
    isEvenWidth: width % 2 === 0,
    kernel,
    hasSpectrum: 're' in tensors,
    hasSkip: 'skip' in tensors,
    hasInputGate: 'inputGate' in tensors,
    hasOutputGate: 'outputGate' in tensors,
    outputs,
  };
}

/** Some examples of a convolution. */
export interface Tile extends Range {
  /** of a tensor with a row, or more, for each example: what belongs to these; of another all */
  bound(tensor: TensorInfo): Bound;
}

/**
 * The examples in tiles whose tensors the device can bind.
 *
 * @param bytes of scratch for each example
 * @throws TooLargeForDeviceError when one example is too large
 */
export function tilesOf({ backend, batch, tensors }: Convolution, bytes: number): Tile[] {
  const perExample = Object.values(tensors).filter(({ shape }) => shape.length === 3 && shape[0] === batch);
  const bytesOf = ({ shape }: TensorInfo): number => 4 * shape[1]! * shape[2]!;
  const sizes = [bytes, ...perExample.map(bytesOf)];
  return rangesOf(backend, { op: 'ddConv', item: 'an example', count: batch, sizes }).map((range) => ({
    ...range,
    bound: (tensor) => (perExample.includes(tensor) ? partOf(tensor, range, bytesOf(tensor)) : tensor),
  }));
}

/**
 * The numbers of a fused program.
 *
 * @param transform what it has in workgroup memory: all of a transform, or the rows of one that is divided
 * @param tile examples, and how many of them share a part
 */
export function fusedParams(
  { n, width, pairs, length, kernelRows, scale }: Convolution,
  { transform: kind, n1 }: Pick<Fused, 'transform' | 'n1'>,
  transform: SharedTransform,
  { count, chunk }: { readonly count: number; readonly chunk: number },
) {
  const lanes = n1 === 1 ? transform.lanes : transform.lanes / 2;
  return {
    n: n / n1,
    ...scalesOf(kind, n),
    width,
    pairs,
    length,
    kernelRows,
    batch: count,
    chunk,
    values: Math.ceil((valuesOf(n1, n / n1) * lanes) / transform.invocations),
    blocks: n1 === 1 ? 1 : blocksOf(n1),
    laneGroups: Math.ceil(pairs / lanes),
    scale,
  };
}

/** What programs with bins read from: the transform's own table, and after it the cosine transform's. */
export function tableOf({ backend, transform, n }: Convolution, { table: twiddles }: SharedTransform): Table {
  if (transform === 'dft') return table(backend, twiddles.key, twiddles.make);
  return table(backend, `ddConv: dct ${n}, ${twiddles.key}`, () => joined(twiddles.make(), twistTable(n)));
}
