// The cpu backend's kernels for channels that alternate real and imaginary parts.
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { interleaveKernelName, splitComplexKernelName } from '../names.ts';
import { registerOnce } from '../register.ts';
import type { CpuBackend } from './dd-conv.ts';

registerOnce({
  kernelName: splitComplexKernelName,
  backendName: 'cpu',
  kernelFunc: (({ inputs, backend }: { inputs: { x: TensorInfo }; backend: CpuBackend }) => {
    const values = backend.data.get(inputs.x.dataId).values;
    const shape = [...inputs.x.shape.slice(0, -1), inputs.x.shape.at(-1)! / 2];
    return [0, 1].map((part) =>
      backend.makeTensorInfo(
        shape,
        'float32',
        Float32Array.from({ length: values.length / 2 }, (_, i) => values[2 * i + part]!),
      ),
    );
  }) as unknown as KernelFunc,
});

registerOnce({
  kernelName: interleaveKernelName,
  backendName: 'cpu',
  kernelFunc: (({ inputs, backend }: { inputs: { re: TensorInfo; im: TensorInfo }; backend: CpuBackend }) => {
    const re = backend.data.get(inputs.re.dataId).values;
    const im = backend.data.get(inputs.im.dataId).values;
    const shape = [...inputs.re.shape.slice(0, -1), inputs.re.shape.at(-1)! * 2];
    const out = Float32Array.from({ length: 2 * re.length }, (_, i) => (i % 2 === 0 ? re : im)[i >> 1]!);
    return backend.makeTensorInfo(shape, 'float32', out);
  }) as unknown as KernelFunc,
});
