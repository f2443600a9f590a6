// rfft on wasm.
import { addressOf, makeOutputs, type WasmBackend } from '@orchid-ml/backends/wasm-host';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { binsOf, layoutOf, type RealAttrs, RFFT, withAxis } from '../contract.ts';
import { withPlan } from './module.ts';

export const rfftWasm: KernelConfig = {
  kernelName: RFFT,
  backendName: 'wasm',
  kernelFunc: ({ inputs, backend, attrs }) => {
    const engine = backend as unknown as WasmBackend;
    const x = inputs.x as TensorInfo;
    const { axis, n, edge, middle } = attrs as unknown as RealAttrs;
    const { outer, rows, inner } = layoutOf(x.shape, axis);
    return withPlan(engine, n, 'rfft', (exports, plan, work) => {
      const shape = withAxis(x.shape, axis, binsOf(n));
      const [re, im] = makeOutputs(engine, [shape, shape], 'rfft');
      const [a, b] = [addressOf(engine, re), addressOf(engine, im)];
      exports.rfft(plan, work, addressOf(engine, x), rows, a, b, outer, inner, edge, middle);
      return [re, im];
    });
  },
};
