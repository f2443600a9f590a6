// The webgpu engine's kernels of type I conditioning, forward: each side one pass, the transform between them the FFT's.
import { makeOutput, type WebGpuBackend, withScratch } from '@orchid-ml/backends/webgpu-host';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import {
  normedPhaseSuppressionKernelName,
  type PhaseSuppressionAttrs,
  type PhaseSuppressionInputs,
  phaseSuppressionKernelName,
} from '../names.ts';
import { registerOnce } from '../register.ts';
import { packed, runSide, sideOf, transformed } from './conditioning.ts';

function phaseSuppression(
  backend: WebGpuBackend,
  inputs: PhaseSuppressionInputs,
  attrs: PhaseSuppressionAttrs,
): TensorInfo[] {
  const [batch, length, width] = inputs.u.shape as [number, number, number];
  const [time, frequency] = [sideOf('time', inputs, attrs), sideOf('frequency', inputs, attrs)];
  const spectrum = withScratch(backend, batch * length * width, (convolved) => {
    packed(backend, time, (parameters) => runSide(backend, time, parameters, [inputs.u], [convolved], attrs.eps));
    return transformed(backend, { ...convolved, shape: [batch, length, width] }, attrs);
  });
  const outputs = spectrum.map(() => makeOutput(backend, [batch, frequency.length, width]));
  packed(backend, frequency, (parameters) => runSide(backend, frequency, parameters, spectrum, outputs, attrs.eps));
  for (const { dataId } of spectrum) backend.disposeData(dataId);
  return outputs;
}

for (const kernelName of [phaseSuppressionKernelName, normedPhaseSuppressionKernelName]) {
  registerOnce({
    kernelName,
    backendName: 'webgpu',
    kernelFunc: ((args: { inputs: PhaseSuppressionInputs; backend: WebGpuBackend; attrs: PhaseSuppressionAttrs }) => {
      const outputs = phaseSuppression(args.backend, args.inputs, args.attrs);
      return outputs.length === 1 ? outputs[0]! : outputs;
    }) as unknown as KernelFunc,
  });
}
