// What a call of the webgpu kernels is about: its sizes, its tensors by the names that programs use, and how its examples are
// shared out where a tensor is larger than the device binds at once.
import { type Bound, type Table, table, type WebGpuBackend } from '@orchid-ml/backends/webgpu-host';
import { joined, type SharedTransform } from '@orchid-ml/fft/wgsl';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { twistTable } from '../../wgsl/bins.ts';
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
export interface Tile {
  readonly first: number;
  readonly count: number;
  /** of a tensor with a row, or more, for each example: what belongs to these; of another all */
  bound(tensor: TensorInfo): Bound;
}

/**
 * The examples in tiles whose tensors the device can bind. Where that cannot be, because an example is too large or its rows end
 * where no binding may begin, one tile has them all, and binding them says what is wrong.
 *
 * @param bytes of an example at most, in tensors and scratch
 */
export function tilesOf({ backend, batch, tensors }: Convolution, bytes: number): Tile[] {
  const { maxStorageBufferBindingSize: most, minStorageBufferOffsetAlignment: alignment } = backend.device.limits;
  const perExample = Object.values(tensors).filter(({ shape }) => shape.length === 3 && shape[0] === batch);
  const sizes = perExample.map(({ shape }) => 4 * shape[1]! * shape[2]!);
  // So many examples end where a binding may begin.
  const step = sizes.reduce((all, size) => lcm(all, alignment / gcd(alignment, size)), 1);
  const fitting = Math.floor(most / Math.max(bytes, ...sizes));
  const tile = fitting >= batch ? batch : Math.floor(fitting / step) * step || batch;
  const tiles: Tile[] = [];
  for (let first = 0; first < batch; first += tile) {
    const count = Math.min(tile, batch - first);
    const bound = (tensor: TensorInfo): Bound => {
      if (count === batch || !perExample.includes(tensor)) return tensor;
      const size = 4 * tensor.shape[1]! * tensor.shape[2]!;
      return { tensor, offset: first * size, bytes: count * size };
    };
    tiles.push({ first, count, bound });
  }
  return tiles;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function lcm(a: number, b: number): number {
  return (a / gcd(a, b)) * b;
}

/** What programs with bins read from: the transform's own table, and after it the cosine transform's. */
export function tableOf({ backend, transform, n }: Convolution, { table: twiddles }: SharedTransform): Table {
  if (transform === 'dft') return table(backend, twiddles.key, twiddles.make);
  return table(backend, `ddConv: dct ${n}, ${twiddles.key}`, () => joined(twiddles.make(), twistTable(n)));
}
