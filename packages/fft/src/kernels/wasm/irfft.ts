// irfft on wasm.
import { addressOf, makeOutput, type WasmBackend } from '@orchid-ml/backends/wasm-host';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { IRFFT, layoutOf, type RealAttrs, withAxis } from '../contract.ts';
import { withPlan } from './module.ts';

export const irfftWasm: KernelConfig = {
  kernelName: IRFFT,
  backendName: 'wasm',
  kernelFunc: ({ inputs, backend, attrs }) => {
    const engine = backend as unknown as WasmBackend;
    const re = inputs.re as TensorInfo;
    const im = inputs.im as TensorInfo;
    const { axis, n, edge, middle } = attrs as unknown as RealAttrs;
    const { outer, rows, inner } = layoutOf(re.shape, axis);
    return withPlan(engine, n, 'irfft', (exports, plan, work) => {
      const y = makeOutput(engine, withAxis(re.shape, axis, n), 'float32', 'irfft');
      const [a, b] = [addressOf(engine, re), addressOf(engine, im)];
      exports.irfft(plan, work, a, b, rows, addressOf(engine, y), outer, inner, edge, middle);
      return y;
    });
  },
};
