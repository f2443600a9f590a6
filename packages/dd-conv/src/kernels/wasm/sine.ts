// The wasm engine's kernels for sin(freq ⊙ x).
import { addressOf, makeOutput, type WasmBackend, withScratch } from '@orchid-ml/backends/wasm-host';
import { type KernelFunc, registerKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { sineGradKernelName, sineKernelName } from '../names.ts';
import { ddConvModule } from './module.ts';

interface SineInputs {
  x: TensorInfo;
  freq: TensorInfo;
}

registerKernel({
  kernelName: sineKernelName,
  backendName: 'wasm',
  kernelFunc: (({ inputs, backend }: { inputs: SineInputs; backend: WasmBackend }) => {
    const [rows, width] = inputs.x.shape as [number, number];
    const y = makeOutput(backend, inputs.x.shape, 'float32', sineKernelName);
    const [x, freq] = [addressOf(backend, inputs.x), addressOf(backend, inputs.freq)];
    ddConvModule(backend).sine(x, freq, addressOf(backend, y), rows, width);
    return y;
  }) as unknown as KernelFunc,
});

registerKernel({
  kernelName: sineGradKernelName,
  backendName: 'wasm',
  kernelFunc: (({ inputs, backend }: { inputs: SineInputs & { dy: TensorInfo }; backend: WasmBackend }) => {
    const [rows, width] = inputs.x.shape as [number, number];
    return withScratch(backend, 8 * width, sineGradKernelName, (sums) => {
      const dx = makeOutput(backend, inputs.x.shape, 'float32', sineGradKernelName);
      const dFreq = makeOutput(backend, inputs.freq.shape, 'float32', sineGradKernelName);
      const [x, freq, dy] = [inputs.x, inputs.freq, inputs.dy].map((info) => addressOf(backend, info));
      const [toX, toFreq] = [addressOf(backend, dx), addressOf(backend, dFreq)];
      ddConvModule(backend).sineGrad(x!, freq!, dy!, toX, toFreq, rows, width, sums);
      return [dx, dFreq];
    });
  }) as unknown as KernelFunc,
});
