// The cpu backend's kernels of type I conditioning: float64 inside, float32 in and out.
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import {
  type PhaseSuppressionArrays,
  type PhaseSuppressionSettings,
  phaseSuppression,
  phaseSuppressionGradient,
} from '../../plain/phase-suppression.ts';
import {
  normedPhaseSuppressionKernelName,
  type PhaseSuppressionAttrs,
  type PhaseSuppressionGradInputs,
  type PhaseSuppressionInputs,
  phaseSuppressionGradKernelName,
  phaseSuppressionInputNames,
  phaseSuppressionKernelName,
} from '../names.ts';
import { registerOnce } from '../register.ts';
import type { CpuBackend } from './dd-conv.ts';

function plainArguments(
  backend: CpuBackend,
  inputs: PhaseSuppressionInputs,
  attrs: PhaseSuppressionAttrs,
): { settings: PhaseSuppressionSettings; arrays: PhaseSuppressionArrays } {
  const values = (name: string) => backend.data.get(inputs[name]!.dataId).values;
  const [batch, length, width] = inputs.u.shape as [number, number, number];
  const side = (name: string) => ({
    weight: values(`${name}Weight`),
    bias: values(`${name}Bias`),
    ...(attrs.hasNorm && { norm: { weight: values(`${name}NormWeight`), bias: values(`${name}NormBias`) } }),
  });
  return {
    settings: { ...attrs, batch, length, width, taps: inputs.timeWeight.shape[2]! },
    arrays: {
      u: values('u'),
      time: side('time'),
      frequency: side('frequency'),
    },
  };
}

for (const kernelName of [phaseSuppressionKernelName, normedPhaseSuppressionKernelName]) {
  registerOnce({
    kernelName,
    backendName: 'cpu',
    kernelFunc: ((args: { inputs: PhaseSuppressionInputs; backend: CpuBackend; attrs: PhaseSuppressionAttrs }) => {
      const { settings, arrays } = plainArguments(args.backend, args.inputs, args.attrs);
      const { re, im } = phaseSuppression(settings, arrays);
      const shape = [settings.batch, re.length / (settings.batch * settings.width), settings.width];
      const parts = (im ? [re, im] : [re]).map((values) =>
        args.backend.makeTensorInfo(shape, 'float32', Float32Array.from(values)),
      );
      return im ? parts : parts[0]!;
    }) as unknown as KernelFunc,
  });
}

registerOnce({
  kernelName: phaseSuppressionGradKernelName,
  backendName: 'cpu',
  kernelFunc: ((args: { inputs: PhaseSuppressionGradInputs; backend: CpuBackend; attrs: PhaseSuppressionAttrs }) => {
    const { inputs, backend, attrs } = args;
    const { settings, arrays } = plainArguments(backend, inputs, attrs);
    const values = (info: TensorInfo) => backend.data.get(info.dataId).values;
    const { u, time, frequency } = phaseSuppressionGradient(settings, arrays, {
      re: values(inputs.dRe),
      ...(inputs.dIm && { im: values(inputs.dIm) }),
    });
    const gradients = [time, frequency].flatMap(({ weight, bias, norm }) => [
      weight,
      bias,
      ...(norm ? [norm.weight, norm.bias] : []),
    ]);
    const shapes = phaseSuppressionInputNames(attrs.hasNorm).map((name) => inputs[name]!.shape);
    return [u, ...gradients].map((gradient, i) =>
      backend.makeTensorInfo(shapes[i]!, 'float32', Float32Array.from(gradient)),
    );
  }) as unknown as KernelFunc,
});
