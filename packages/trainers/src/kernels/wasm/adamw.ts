// The AdamW update on wasm: one pass over gradient, moments and parameters, each where it lies.
import { addressOf, heapF32, type WasmBackend } from '@orchid-ml/backends/wasm-host';
import { type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type AdamWAttrs, gated } from '../../plain/adamw.ts';
import { optimizerModule } from './module.ts';

export const adamwWasm: KernelFunc = ({ inputs, attrs, backend }) => {
  const engine = backend as unknown as WasmBackend;
  const { gradient, first, second, gate, ...parameters } = inputs as Record<string, TensorInfo>;
  const { clipNorm = null, ...given } = attrs as unknown as AdamWAttrs;
  const values = gate && heapF32(engine, addressOf(engine, gate), util.sizeFromShape(gate.shape));
  const numbers = values ? gated(given, values, clipNorm) : given;
  if (!numbers) return [];
  const { beta1, gain1, beta2, gain2, keep, rate, epsilon } = numbers;
  const { adamw } = optimizerModule(engine);
  const [g, m, v] = [gradient!, first!, second!].map((tensor) => addressOf(engine, tensor)) as [number, number, number];
  let at = 0;
  for (const parameter of Object.values(parameters)) {
    const count = util.sizeFromShape(parameter.shape);
    const p = addressOf(engine, parameter);
    adamw(p, g + at, m + at, v + at, count, beta1, gain1, beta2, gain2, keep, rate, epsilon);
    at += 4 * count;
  }
  return [];
};
