// The webgpu engine's kernels for channels that alternate real and imaginary parts.
import { dispatch, makeOutput, type WebGpuBackend } from '@orchid-ml/backends/webgpu-host';
import { type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { groupsFor, interleaveProgram, splitComplexProgram } from '../../wgsl/split-complex.ts';
import { interleaveKernelName, splitComplexKernelName } from '../names.ts';
import { registerOnce } from '../register.ts';

registerOnce({
  kernelName: splitComplexKernelName,
  backendName: 'webgpu',
  kernelFunc: (({ inputs: { x }, backend }: { inputs: { x: TensorInfo }; backend: WebGpuBackend }) => {
    const shape = [...x.shape.slice(0, -1), x.shape.at(-1)! / 2];
    const [re, im] = [makeOutput(backend, shape), makeOutput(backend, shape)];
    const pairs = util.sizeFromShape(shape);
    dispatch(backend, splitComplexProgram, { buffers: { x, re, im }, params: { pairs }, groups: groupsFor(pairs) });
    return [re, im];
  }) as unknown as KernelFunc,
});

registerOnce({
  kernelName: interleaveKernelName,
  backendName: 'webgpu',
  kernelFunc: (({
    inputs: { re, im },
    backend,
  }: {
    inputs: { re: TensorInfo; im: TensorInfo };
    backend: WebGpuBackend;
  }) => {
    const x = makeOutput(backend, [...re.shape.slice(0, -1), re.shape.at(-1)! * 2]);
    const pairs = util.sizeFromShape(re.shape);
    dispatch(backend, interleaveProgram, { buffers: { re, im, x }, params: { pairs }, groups: groupsFor(pairs) });
    return x;
  }) as unknown as KernelFunc,
});
