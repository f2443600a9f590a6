// The wasm engine's kernels for channels that alternate real and imaginary parts.
import { addressOf, makeOutput, makeOutputs, type WasmBackend } from '@orchid-ml/backends/wasm-host';
import { type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { interleaveKernelName, splitComplexKernelName } from '../names.ts';
import { registerOnce } from '../register.ts';
import { ddConvModule } from './module.ts';

registerOnce({
  kernelName: splitComplexKernelName,
  backendName: 'wasm',
  kernelFunc: (({ inputs, backend }: { inputs: { x: TensorInfo }; backend: WasmBackend }) => {
    const shape = [...inputs.x.shape.slice(0, -1), inputs.x.shape.at(-1)! / 2];
    const [re, im] = makeOutputs(backend, [shape, shape], splitComplexKernelName);
    ddConvModule(backend).splitComplex(
      addressOf(backend, inputs.x),
      addressOf(backend, re),
      addressOf(backend, im),
      util.sizeFromShape(shape),
    );
    return [re, im];
  }) as unknown as KernelFunc,
});

registerOnce({
  kernelName: interleaveKernelName,
  backendName: 'wasm',
  kernelFunc: (({ inputs, backend }: { inputs: { re: TensorInfo; im: TensorInfo }; backend: WasmBackend }) => {
    const { re, im } = inputs;
    const x = makeOutput(backend, [...re.shape.slice(0, -1), re.shape.at(-1)! * 2], 'float32', interleaveKernelName);
    ddConvModule(backend).interleaveComplex(
      addressOf(backend, re),
      addressOf(backend, im),
      addressOf(backend, x),
      util.sizeFromShape(re.shape),
    );
    return x;
  }) as unknown as KernelFunc,
});
