// The webgpu engine's kernels for channels that alternate real and imaginary parts.
import {
  dispatch,
  makeOutput,
  type Program,
  partOf,
  rangesOf,
  type WebGpuBackend,
} from '@orchid-ml/backends/webgpu-host';
import { type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { groupsFor, interleaveProgram, splitComplexProgram } from '../../wgsl/split-complex.ts';
import { interleaveKernelName, splitComplexKernelName } from '../names.ts';
import { registerOnce } from '../register.ts';

/** Runs a program over all pairs, of as many at once as the device binds. */
function run(
  backend: WebGpuBackend,
  op: string,
  program: Program,
  { x, re, im }: Readonly<Record<'x' | 're' | 'im', TensorInfo>>,
): void {
  const count = util.sizeFromShape(re.shape);
  for (const range of rangesOf(backend, { op, item: 'a pair', count, sizes: [8, 4] })) {
    dispatch(backend, program, {
      buffers: { x: partOf(x, range, 8), re: partOf(re, range, 4), im: partOf(im, range, 4) },
      params: { pairs: range.count },
      groups: groupsFor(range.count),
    });
  }
}

registerOnce({
  kernelName: splitComplexKernelName,
  backendName: 'webgpu',
  kernelFunc: (({ inputs: { x }, backend }: { inputs: { x: TensorInfo }; backend: WebGpuBackend }) => {
    const shape = [...x.shape.slice(0, -1), x.shape.at(-1)! / 2];
    const [re, im] = [makeOutput(backend, shape), makeOutput(backend, shape)];
    run(backend, 'splitComplex', splitComplexProgram, { x, re, im });
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
    run(backend, 'interleaveComplex', interleaveProgram, { x, re, im });
    return x;
  }) as unknown as KernelFunc,
});
