// The webgpu engine's kernel of type I conditioning's gradients: what came between is computed again, then each side in two
// passes, the adjoint transform between them.

import {
  type Bound,
  dispatch,
  makeOutput,
  partOf,
  type WebGpuBackend,
  withScratch,
} from '@orchid-ml/backends/webgpu-host';
import { widthOf, workgroupSize } from '@orchid-ml/backends/wgsl';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { convGradProgram, normGradProgram, rowsOfChunk, unpackSideProgram } from '../../wgsl/phase-suppression-grad.ts';
import {
  type PhaseSuppressionAttrs,
  type PhaseSuppressionGradInputs,
  phaseSuppressionGradKernelName,
} from '../names.ts';
import { registerOnce } from '../register.ts';
import {
  numbered,
  packed,
  parameterCount,
  partsOf,
  passOf,
  runSide,
  type Side,
  sideOf,
  sourceOf,
  transformed,
  transformedBack,
} from './conditioning.ts';
import { sumParts } from './sums.ts';

/** Workgroups of a side's first pass: enough for a large device, and few sums to be added up afterwards. */
const mostGroups = 256;

registerOnce({
  kernelName: phaseSuppressionGradKernelName,
  backendName: 'webgpu',
  kernelFunc: ((args: { inputs: PhaseSuppressionGradInputs; backend: WebGpuBackend; attrs: PhaseSuppressionAttrs }) =>
    gradients(args.backend, args.inputs, args.attrs)) as unknown as KernelFunc,
});

function gradients(
  backend: WebGpuBackend,
  inputs: PhaseSuppressionGradInputs,
  attrs: PhaseSuppressionAttrs,
): TensorInfo[] {
  const { u, dRe, dIm } = inputs;
  const { eps } = attrs;
  const [batch, length, width] = u.shape as [number, number, number];
  const [time, frequency] = [sideOf('time', inputs, attrs), sideOf('frequency', inputs, attrs)];
  return packed(backend, time, (timeParameters) => {
    const spectrum = withScratch(backend, batch * length * width, (convolved) => {
      runSide(backend, time, timeParameters, [u], [convolved], eps);
      return transformed(backend, { ...convolved, shape: u.shape }, attrs);
    });
    const dSpectrum = spectrum.map(({ shape }) => makeOutput(backend, shape));
    const upper = packed(backend, frequency, (parameters) =>
      sideBack(backend, frequency, parameters, spectrum, dIm ? [dRe, dIm] : [dRe], dSpectrum, eps),
    );
    const dConvolved = transformedBack(backend, dSpectrum, length, attrs);
    for (const { dataId } of [...spectrum, ...dSpectrum]) backend.disposeData(dataId);
    const du = makeOutput(backend, u.shape);
    const lower = sideBack(backend, time, timeParameters, [u], [dConvolved], [du], eps);
    backend.disposeData(dConvolved.dataId);
    return [du, ...lower, ...upper];
  });
}

/** A side's way back, from `dy` (for each part) to `dSource`; the gradients of its parameters. */
function sideBack(
  backend: WebGpuBackend,
  side: Side,
  parameters: TensorInfo,
  source: readonly TensorInfo[],
  dy: readonly TensorInfo[],
  dSource: readonly TensorInfo[],
  eps: number,
): TensorInfo[] {
  const { args, weight, bias, normWeight, normBias } = side;
  const [, width, parts, taps, , hasNorm] = args;
  const given = [weight, bias, normWeight, normBias].filter((tensor) => tensor !== undefined);
  const outputs = given.map(({ shape }) => makeOutput(backend, shape));
  const [dweight, dbias, dnormWeight, dnormBias] = outputs as [TensorInfo, TensorInfo, TensorInfo?, TensorInfo?];
  const unpack = (conv: Sums, norm?: Sums): void =>
    dispatch(backend, unpackSideProgram(parts, taps, hasNorm), {
      buffers: {
        convPartial: conv.partial,
        ...(norm && { normPartial: norm.partial }),
        dweight,
        dbias,
        ...(dnormWeight && { dnormWeight }),
        ...(dnormBias && { dnormBias }),
      },
      params: { width, convRows: conv.rows, ...(norm && { normRows: norm.rows }) },
      groups: Math.ceil(parameterCount(side) / 32),
    });
  const back: Back = { backend, side, parameters, source };
  if (!hasNorm) {
    convolutionBack(back, dy, dSource, unpack);
    return outputs;
  }
  const d = dy.map(({ shape }) => makeOutput(backend, shape));
  normBack(back, dy, d, eps, (norm) =>
    convolutionBack(back, d, dSource, (conv) => {
      for (const { dataId } of d) backend.disposeData(dataId);
      unpack(conv, norm);
    }),
  );
  return outputs;
}

interface Back {
  readonly backend: WebGpuBackend;
  readonly side: Side;
  readonly parameters: TensorInfo;
  readonly source: readonly TensorInfo[];
}

/** Through the norm, from `dy` to `d`; `use` gets the sums that its parameters' gradients are. */
function normBack(
  { backend, side, parameters, source }: Back,
  dy: readonly TensorInfo[],
  d: readonly TensorInfo[],
  eps: number,
  use: (sums: Sums) => void,
): void {
  const [, width, parts] = side.args;
  const passes = partsOf(backend, side).map(({ side: some, part }) => ({ ...passOf(some, eps), part }));
  const rows = passes.map(({ groups }) => Math.min(groups, mostGroups));
  const write = (i: number, partial: Bound): void => {
    const { params, groups: blocks, slots, part } = passes[i]!;
    dispatch(backend, normGradProgram(...side.args), {
      buffers: {
        ...sourceOf(source.map(part)),
        parameters,
        ...numbered('dy', dy.map(part)),
        ...numbered('d', d.map(part)),
        partial,
      },
      params: { ...params, blocks, slots },
      groups: rows[i]!,
    });
  };
  withSums(backend, rows, 2 * parts * width, write, use);
}

/** Through the convolution, from `d` to `dSource`; `use` gets the sums that its parameters' gradients are. */
function convolutionBack(
  { backend, side, parameters, source }: Back,
  d: readonly TensorInfo[],
  dSource: readonly TensorInfo[],
  use: (sums: Sums) => void,
): void {
  const { args, length } = side;
  const [lane, width, parts, taps] = args;
  const elements = width / widthOf(lane);
  const lanes = Math.min(32, 2 ** Math.ceil(Math.log2(elements)));
  const slots = workgroupSize / lanes;
  const chunks = Math.ceil(length / rowsOfChunk);
  const some = partsOf(backend, side);
  const rows = some.map(({ side: { batch } }) => Math.ceil((batch * chunks) / slots));
  const write = (i: number, partial: Bound): void => {
    const {
      side: { batch },
      part,
    } = some[i]!;
    const [dre, dim] = dSource.map(part);
    dispatch(backend, convGradProgram(lanes, ...args), {
      buffers: {
        ...sourceOf(source.map(part)),
        parameters,
        ...numbered('d', d.map(part)),
        dre: dre!,
        ...(dim && { dim }),
        partial,
      },
      params: { batch, length, chunks, slots },
      groups: rows[i]! * Math.ceil(elements / lanes),
    });
  };
  withSums(backend, rows, parts * (taps + 1) * width, write, use);
}

/** Rows that are still to be added up. */
interface Sums {
  readonly partial: TensorInfo;
  readonly rows: number;
}

/** Has `write` leave so many rows of sums for each part of the examples, and gives `use` all of them. */
function withSums(
  backend: WebGpuBackend,
  rows: readonly number[],
  size: number,
  write: (i: number, partial: Bound) => void,
  use: (sums: Sums) => void,
): void {
  const all = rows.reduce((sum, count) => sum + count, 0);
  withScratch(backend, all * size, (partial) => {
    let first = 0;
    for (const [i, count] of rows.entries()) {
      write(i, partOf(partial, { first, count }, 4 * size));
      first += count;
    }
    if (4 * all * size <= backend.device.limits.maxStorageBufferBindingSize) {
      use({ partial, rows: all });
      return;
    }
    withScratch(backend, size, (sum) => {
      sumParts(backend, partial, all, sum);
      use({ partial: sum, rows: 1 });
    });
  });
}
