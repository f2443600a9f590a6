// The webgpu engine's kernel of type I conditioning's gradients: what came between is computed again, then each side in two
// passes, the adjoint transform between them.

import { dispatch, makeOutput, type WebGpuBackend, withScratch } from '@orchid-ml/backends/webgpu-host';
import { workgroupSize } from '@orchid-ml/backends/wgsl';
import { type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { sideGradProgram, sideInputGradProgram, unpackSideProgram } from '../../wgsl/phase-suppression-grad.ts';
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
  const { args, batch, length } = side;
  const [, width, parts, taps, , hasNorm, measure] = args;
  const given = [side.weight, side.bias, side.normWeight, side.normBias].filter((tensor) => tensor !== undefined);
  const outputs = given.map(({ shape }) => makeOutput(backend, shape));
  const values = batch * length * width;
  const { params, groups: blocks, slots } = passOf(side, eps);
  const groups = Math.min(blocks, mostGroups);
  withScratch(backend, parts * values, (dconv) => {
    withScratch(backend, groups * parameterCount(side), (partial) => {
      const parted = Object.fromEntries(dy.map((d, part) => [`dy${part}`, d]));
      dispatch(backend, sideGradProgram(...args), {
        buffers: { ...sourceOf(source), parameters, ...parted, dconv, partial },
        params: { ...params, blocks, slots },
        groups,
      });
      const [dweight, dbias, dnormWeight, dnormBias] = outputs as [TensorInfo, TensorInfo, TensorInfo?, TensorInfo?];
      dispatch(backend, unpackSideProgram(parts, taps, hasNorm), {
        buffers: {
          partial,
          dweight,
          dbias,
          ...(dnormWeight && { dnormWeight }),
          ...(dnormBias && { dnormBias }),
        },
        params: { width, rows: groups },
        groups: Math.ceil(parameterCount(side) / 32),
      });
    });
    const [dre, dim] = dSource as [TensorInfo, TensorInfo?];
    dispatch(backend, sideInputGradProgram(...args), {
      buffers: { ...(measure !== 'values' && sourceOf(source)), parameters, dconv, dre, ...(dim && { dim }) },
      params: { batch, length },
      groups: Math.ceil(util.sizeFromShape(dre.shape) / (args[0] === 'vec4f' ? 4 : 1) / workgroupSize),
    });
  });
  return outputs;
}
