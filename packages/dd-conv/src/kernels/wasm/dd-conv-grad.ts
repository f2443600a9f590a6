// The wasm engine's gradient kernel: transforms the inputs again instead of having kept their spectra.
import { addressOf, makeOutputs, type WasmBackend, withScratch } from '@orchid-ml/backends/wasm-host';
import type { KernelFunc } from '@tensorflow/tfjs-core';
import { type DdConvAttrs, type DdConvGradInputs, ddConvGradKernelName } from '../names.ts';
import { registerOnce } from '../register.ts';
import { ddConvModule, sharedArguments } from './module.ts';

type Seven<T> = [T, T, T, T, T, T, T];

registerOnce({
  kernelName: ddConvGradKernelName,
  backendName: 'wasm',
  kernelFunc: (({ inputs, backend, attrs }: { inputs: DdConvGradInputs; backend: WasmBackend; attrs: DdConvAttrs }) => {
    const { args, scratchBytes } = sharedArguments(backend, inputs, attrs, true);
    return withScratch(backend, scratchBytes, ddConvGradKernelName, (scratch) => {
      const { z, kernel, spectrumRe, spectrumIm, skip, inputGate, outputGate, dy } = inputs;
      const wanted = [z, kernel, spectrumRe, spectrumIm, skip, inputGate, outputGate];
      const shapes = wanted.flatMap((input) => (input ? [input.shape] : []));
      const outputs = makeOutputs(backend, shapes, ddConvGradKernelName);
      let next = 0;
      const to = wanted.map((input) => (input ? addressOf(backend, outputs[next++]!) : 0)) as Seven<number>;
      ddConvModule(backend).ddConvGrad(...args, addressOf(backend, dy), ...to, scratch);
      return outputs;
    });
  }) as unknown as KernelFunc,
});
