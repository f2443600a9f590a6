// The webgpu engine's kernel of type I conditioning's gradients: what came between is computed again, then each side in two
// passes, the adjoint transform between them.

import { dispatch, makeOutput, type WebGpuBackend, withScratch } from '@orchid-ml/backends/webgpu-host';
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
  packed,
  parameterCount,
  passOf,
  runSide,
  type Side,
  sideOf,
  sourceOf,
  transformed,
  transformedBack,
} from './conditioning.ts';

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
  const { args, batch, length, weight, bias, normWeight, normBias } = side;
  const [lane, width, parts, taps, , hasNorm] = args;
  const given = [weight, bias, normWeight, normBias].filter((tensor) => tensor !== undefined);
  const outputs = given.map(({ shape }) => makeOutput(backend, shape));
  const [dweight, dbias, dnormWeight, dnormBias] = outputs as [TensorInfo, TensorInfo, TensorInfo?, TensorInfo?];

  const elements = width / widthOf(lane);
  const lanes = Math.min(32, 2 ** Math.ceil(Math.log2(elements)));
  const slots = workgroupSize / lanes;
  const chunks = Math.ceil(length / rowsOfChunk);
  const convRows = Math.ceil((batch * chunks) / slots);
  withScratch(backend, convRows * parts * (taps + 1) * width, (convPartial) => {
    const convolutionBack = (d: readonly TensorInfo[]): void => {
      const [dre, dim] = dSource as [TensorInfo, TensorInfo?];
      dispatch(backend, convGradProgram(lanes, ...args), {
        buffers: {
          ...sourceOf(source),
          parameters,
          ...numbered('d', d),
          dre,
          ...(dim && { dim }),
          partial: convPartial,
        },
        params: { batch, length, chunks, slots },
        groups: convRows * Math.ceil(elements / lanes),
      });
    };
    const unpack = (norm?: { partial: TensorInfo; rows: number }): void =>
      dispatch(backend, unpackSideProgram(parts, taps, hasNorm), {
        buffers: {
          convPartial,
          ...(norm && { normPartial: norm.partial }),
          dweight,
          dbias,
          ...(dnormWeight && { dnormWeight }),
          ...(dnormBias && { dnormBias }),
        },
        params: { width, convRows, ...(norm && { normRows: norm.rows }) },
        groups: Math.ceil(parameterCount(side) / 32),
      });
    if (!hasNorm) {
      convolutionBack(dy);
      unpack();
      return;
    }
    const { params, groups: blocks, slots: normSlots } = passOf(side, eps);
    const rows = Math.min(blocks, mostGroups);
    withScratch(backend, rows * 2 * parts * width, (partial) => {
      const d = dy.map(({ shape }) => makeOutput(backend, shape));
      dispatch(backend, normGradProgram(...args), {
        buffers: { ...sourceOf(source), parameters, ...numbered('dy', dy), ...numbered('d', d), partial },
        params: { ...params, blocks, slots: normSlots },
        groups: rows,
      });
      convolutionBack(d);
      for (const { dataId } of d) backend.disposeData(dataId);
      unpack({ partial, rows });
    });
  });
  return outputs;
}

const numbered = (name: string, tensors: readonly TensorInfo[]): Record<string, TensorInfo> =>
  Object.fromEntries(tensors.map((tensor, i) => [`${name}${i}`, tensor]));
