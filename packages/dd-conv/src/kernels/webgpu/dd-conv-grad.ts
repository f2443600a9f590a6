// The webgpu engine's gradient kernel: transforms the inputs again instead of having kept their spectra.
import { makeOutput, type WebGpuBackend } from '@orchid-ml/backends/webgpu-host';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { Output } from '../../wgsl/fused.ts';
import { type DdConvAttrs, type DdConvGradInputs, ddConvGradKernelName } from '../names.ts';
import { registerOnce } from '../register.ts';
import { convolutionOf } from './convolution.ts';
import { run } from './run.ts';

/** Inputs in the order of their gradients, with the name of the gradient's buffer and what it takes to compute it. */
const gradients = [
  ['z', 'dz', 'z'],
  ['kernel', 'dKernel', 'kernel'],
  ['spectrumRe', 'dRe', 'spectrum'],
  ['spectrumIm', 'dIm', 'spectrum'],
  ['skip', 'dSkip', 'skip'],
  ['inputGate', 'dInputGate', 'inputGate'],
  ['outputGate', 'dOutputGate', 'outputGate'],
] as const;

/** Neighbours read much the same. */
const order: readonly Output[] = ['z', 'inputGate', 'outputGate', 'kernel', 'spectrum', 'skip'];

registerOnce({
  kernelName: ddConvGradKernelName,
  backendName: 'webgpu',
  kernelFunc: (({
    inputs,
    backend,
    attrs,
  }: {
    inputs: DdConvGradInputs;
    backend: WebGpuBackend;
    attrs: DdConvAttrs;
  }) => {
    const wanted = gradients.filter(([input]) => inputs[input] !== undefined);
    const outputs: Record<string, TensorInfo> = {};
    for (const [input, name] of wanted) outputs[name] = makeOutput(backend, inputs[input]!.shape);
    const convolution = convolutionOf(backend, inputs, attrs, outputs);
    const needed = new Set<Output>(wanted.map(([, , output]) => output));
    run(
      convolution,
      order.filter((output) => needed.has(output)),
    );
    return Object.values(outputs);
  }) as unknown as KernelFunc,
});
