// The wasm engine's forward kernel: spectra live in a few work buffers, a lane group at a time.
import { addressOf, makeOutput, type WasmBackend, withScratch } from '@orchid-ml/backends/wasm-host';
import type { KernelFunc } from '@tensorflow/tfjs-core';
import { type DdConvAttrs, type DdConvInputs, ddConvKernelName } from '../names.ts';
import { registerOnce } from '../register.ts';
import { ddConvModule, sharedArguments } from './module.ts';

registerOnce({
  kernelName: ddConvKernelName,
  backendName: 'wasm',
  kernelFunc: (({ inputs, backend, attrs }: { inputs: DdConvInputs; backend: WasmBackend; attrs: DdConvAttrs }) => {
    const { args, scratchBytes } = sharedArguments(backend, inputs, attrs, false);
    return withScratch(backend, scratchBytes, ddConvKernelName, (scratch) => {
      const y = makeOutput(backend, inputs.z.shape, 'float32', ddConvKernelName);
      ddConvModule(backend).ddConv(...args, addressOf(backend, y), scratch);
      return y;
    });
  }) as unknown as KernelFunc,
});
