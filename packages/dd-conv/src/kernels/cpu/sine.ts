// The cpu backend's kernels for sin(freq ⊙ x): float64 inside.
import { type KernelFunc, registerKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { sineGradKernelName, sineKernelName } from '../names.ts';
import type { CpuBackend } from './dd-conv.ts';

interface SineInputs {
  x: TensorInfo;
  freq: TensorInfo;
}

registerKernel({
  kernelName: sineKernelName,
  backendName: 'cpu',
  kernelFunc: (({ inputs, backend }: { inputs: SineInputs; backend: CpuBackend }) => {
    const x = backend.data.get(inputs.x.dataId).values;
    const freq = backend.data.get(inputs.freq.dataId).values;
    const width = freq.length;
    const y = Float32Array.from(x, (value, i) => Math.sin(freq[i % width]! * value));
    return backend.makeTensorInfo(inputs.x.shape, 'float32', y);
  }) as unknown as KernelFunc,
});

registerKernel({
  kernelName: sineGradKernelName,
  backendName: 'cpu',
  kernelFunc: (({ inputs, backend }: { inputs: SineInputs & { dy: TensorInfo }; backend: CpuBackend }) => {
    const x = backend.data.get(inputs.x.dataId).values;
    const freq = backend.data.get(inputs.freq.dataId).values;
    const dy = backend.data.get(inputs.dy.dataId).values;
    const width = freq.length;
    const dx = new Float32Array(x.length);
    const dFreq = new Float64Array(width);
    for (let i = 0; i < x.length; i++) {
      const c = i % width;
      const slope = dy[i]! * Math.cos(freq[c]! * x[i]!);
      dx[i] = slope * freq[c]!;
      dFreq[c]! += slope * x[i]!;
    }
    return [
      backend.makeTensorInfo(inputs.x.shape, 'float32', dx),
      backend.makeTensorInfo(inputs.freq.shape, 'float32', Float32Array.from(dFreq)),
    ];
  }) as unknown as KernelFunc,
});
