// The wasm engine's gradient kernel: transforms the inputs again instead of having kept their spectra.
import { addressOf, makeOutput, type WasmBackend, withScratch } from '@orchid-ml/backends/wasm-host';
import { type KernelFunc, registerKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { type DdConvAttrs, type DdConvGradInputs, ddConvGradKernelName } from '../names.ts';
import { ddConvModule, sharedArguments } from './module.ts';

registerKernel({
  kernelName: ddConvGradKernelName,
  backendName: 'wasm',
  kernelFunc: (({ inputs, backend, attrs }: { inputs: DdConvGradInputs; backend: WasmBackend; attrs: DdConvAttrs }) => {
    const { args, scratchBytes } = sharedArguments(backend, inputs, attrs, true);
    return withScratch(backend, scratchBytes, ddConvGradKernelName, (scratch) => {
      const outputs: TensorInfo[] = [];
      const outputFor = (input: TensorInfo | undefined): number => {
        if (!input) return 0;
        const output = makeOutput(backend, input.shape, 'float32', ddConvGradKernelName);
        outputs.push(output);
        return addressOf(backend, output);
      };
      const { z, kernel, spectrumRe, spectrumIm, skip, dy } = inputs;
      const to = [z, kernel, spectrumRe, spectrumIm, skip].map(outputFor) as [number, number, number, number, number];
      ddConvModule(backend).ddConvGrad(...args, addressOf(backend, dy), ...to, scratch);
      return outputs;
    });
  }) as unknown as KernelFunc,
});
