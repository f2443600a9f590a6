// What the kernels of type I conditioning have in common: a side's parameters and pass, and the transforms between the sides.

import {
  type Bound,
  dispatch,
  partOf,
  rangesOf,
  type WebGpuBackend,
  withScratch,
} from '@orchid-ml/backends/webgpu-host';
import { laneOf, rowSumCounts, workgroupSize } from '@orchid-ml/backends/wgsl';
import { DCT, IDCT, IRFFT, RFFT } from '@orchid-ml/fft/wgsl';
import { getKernel, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { parameterRows, rowsOfRun, type SideArguments, sideLayout } from '../../wgsl/conditioning-side.ts';
import { packSideProgram, sideProgram } from '../../wgsl/phase-suppression.ts';
import type { PhaseSuppressionAttrs, PhaseSuppressionInputs } from '../names.ts';

/** A side and what its programs are made for. */
export interface Side {
  readonly args: SideArguments;
  readonly batch: number;
  /** rows of an example */
  readonly length: number;
  readonly weight: TensorInfo;
  readonly bias: TensorInfo;
  readonly normWeight: TensorInfo | undefined;
  readonly normBias: TensorInfo | undefined;
}

export function sideOf(
  name: 'time' | 'frequency',
  inputs: PhaseSuppressionInputs,
  { transform, isSquared, paddingMode, hasNorm }: PhaseSuppressionAttrs,
): Side {
  const [batch, length, width] = inputs.u.shape as [number, number, number];
  const isDct = transform === 'dct';
  const isTime = name === 'time';
  const measured = isDct ? (isSquared ? 'realPower' : 'realMagnitude') : isSquared ? 'power' : 'magnitude';
  const taps = inputs.timeWeight.shape[2]!;
  return {
    args: [laneOf(width), width, isTime || isDct ? 1 : 2, taps, paddingMode, hasNorm, isTime ? 'values' : measured],
    batch,
    length: isTime || isDct ? length : Math.floor(length / 2) + 1,
    weight: inputs[`${name}Weight`]!,
    bias: inputs[`${name}Bias`]!,
    normWeight: inputs[`${name}NormWeight`],
    normBias: inputs[`${name}NormBias`],
  };
}

/** Values that a side's parameters are. */
export function parameterCount({ args: [, width, parts, taps, , hasNorm] }: Side): number {
  return parts * parameterRows(taps, hasNorm) * width;
}

/** Runs `work` with the side's parameters as its programs read them. */
export function packed<T>(backend: WebGpuBackend, side: Side, work: (parameters: TensorInfo) => T): T {
  const { args, weight, bias, normWeight, normBias } = side;
  const [, width, parts, taps, , hasNorm] = args;
  const count = parameterCount(side);
  return withScratch(backend, count, (parameters) => {
    dispatch(backend, packSideProgram(parts, taps, hasNorm), {
      buffers: { weight, bias, ...(normWeight && { normWeight }), ...(normBias && { normBias }), parameters },
      params: { width },
      groups: Math.ceil(count / workgroupSize),
    });
    return work(parameters);
  });
}

/** Some examples of a side. */
export interface SidePart {
  readonly side: Side;
  /** what belongs to them, of a tensor with the side's rows */
  part(tensor: TensorInfo): Bound;
}

/** The side's examples in parts that the device binds. */
export function partsOf(backend: WebGpuBackend, side: Side): SidePart[] {
  const { args, batch, length } = side;
  const bytes = 4 * length * args[1];
  const examples = { op: 'phaseSuppression', item: 'an example', count: batch, sizes: [bytes] };
  return rangesOf(backend, examples).map((range) => ({
    side: { ...side, batch: range.count },
    part: (tensor) => partOf(tensor, range, bytes),
  }));
}

/** What a side convolves, as its programs bind it. */
export function sourceOf(tensors: readonly Bound[]): Record<string, Bound> {
  const [re, im] = tensors;
  return { re: re!, ...(im && { im }) };
}

/** The numbers of a side's passes over its rows, and their workgroups. */
export function passOf({ args, batch, length }: Side, eps: number) {
  const layout = sideLayout(args[0], args[1]);
  const slots = layout.rows;
  const chunks = Math.ceil(length / rowsOfRun);
  return {
    params: { batch, length, chunks, eps, ...rowSumCounts(layout) },
    groups: Math.ceil((batch * chunks) / slots),
    slots,
  };
}

/** A side from `source` to its parts. */
export function runSide(
  backend: WebGpuBackend,
  side: Side,
  parameters: TensorInfo,
  source: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  eps: number,
): void {
  for (const { side: some, part } of partsOf(backend, side)) {
    const { params, groups } = passOf(some, eps);
    dispatch(backend, sideProgram(...side.args), {
      buffers: { ...sourceOf(source.map(part)), parameters, ...numbered('out', outputs.map(part)) },
      params,
      groups,
    });
  }
}

/** Buffers `name0`, `name1`, ... */
export function numbered(name: string, buffers: readonly Bound[]): Record<string, Bound> {
  return Object.fromEntries(buffers.map((buffer, i) => [`${name}${i}`, buffer]));
}

/** F of [B, L, D]: [re, im], or [y] for dct. */
export function transformed(backend: WebGpuBackend, x: TensorInfo, attrs: PhaseSuppressionAttrs): TensorInfo[] {
  const n = x.shape[1]!;
  const isDct = attrs.transform === 'dct';
  return runKernel(backend, isDct ? DCT : RFFT, { x }, { axis: 1, n, rows: n, ...scales(attrs, n) });
}

/** The adjoint of `transformed`, [B, L, D]. */
export function transformedBack(
  backend: WebGpuBackend,
  spectrum: readonly TensorInfo[],
  n: number,
  attrs: PhaseSuppressionAttrs,
): TensorInfo {
  const { edge, middle } = scales(attrs, n);
  const [re, im] = spectrum as [TensorInfo, TensorInfo?];
  const numbers = { axis: 1, n, rows: re.shape[1]!, edge, middle: middle / 2 };
  const [x] = runKernel(backend, im ? IRFFT : IDCT, im ? { re, im } : { x: re }, numbers);
  return x!;
}

/** The transform's factors, of the edge bins and the others; orthonormal for dct. */
function scales({ transform, scale }: PhaseSuppressionAttrs, n: number): { edge: number; middle: number } {
  if (transform === 'dft') return { edge: scale, middle: scale };
  return { edge: Math.sqrt(1 / n), middle: Math.sqrt(2 / n) };
}

/** Another package's kernel, within this one. */
function runKernel(
  backend: WebGpuBackend,
  name: string,
  inputs: Record<string, TensorInfo>,
  attrs: NamedAttrMap,
): TensorInfo[] {
  const kernel = getKernel(name, 'webgpu');
  if (!kernel) throw new Error(`phaseSuppression: the webgpu engine has no kernel ${name}`);
  const run = kernel.kernelFunc as unknown as (args: {
    inputs: Record<string, TensorInfo>;
    attrs: NamedAttrMap;
    backend: WebGpuBackend;
  }) => TensorInfo | TensorInfo[];
  const outputs = run({ inputs, attrs, backend });
  return Array.isArray(outputs) ? outputs : [outputs];
}
