// The cpu backend's gradient kernel: float64 inside, float32 in and out.
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { ddConvGradient } from '../../plain/dd-conv.ts';
import { type DdConvAttrs, type DdConvGradInputs, ddConvGradKernelName } from '../names.ts';
import { registerOnce } from '../register.ts';
import { type CpuBackend, plainArguments } from './dd-conv.ts';

registerOnce({
  kernelName: ddConvGradKernelName,
  backendName: 'cpu',
  kernelFunc: ((args: { inputs: DdConvGradInputs; backend: CpuBackend; attrs: DdConvAttrs }) => {
    const { inputs, backend, attrs } = args;
    const { settings, arrays } = plainArguments(backend, inputs, attrs);
    const gradients = ddConvGradient(settings, arrays, backend.data.get(inputs.dy.dataId).values);
    const outputs: TensorInfo[] = [];
    const give = (like: TensorInfo | undefined, values: Float64Array | undefined) => {
      if (like && values) outputs.push(backend.makeTensorInfo(like.shape, 'float32', Float32Array.from(values)));
    };
    give(inputs.z, gradients.z);
    give(inputs.kernel, gradients.kernel);
    give(inputs.spectrumRe, gradients.spectrum?.re);
    give(inputs.spectrumIm, gradients.spectrum?.im);
    give(inputs.skip, gradients.skip);
    give(inputs.inputGate, gradients.inputGate);
    give(inputs.outputGate, gradients.outputGate);
    return outputs;
  }) as unknown as KernelFunc,
});
