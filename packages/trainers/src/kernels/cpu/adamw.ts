// The AdamW update on the cpu engine, in float64.
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { type AdamWAttrs, adamw, gated } from '../../plain/adamw.ts';
import type { CpuBackend } from './host.ts';

export const adamwCpu: KernelFunc = ({ inputs, attrs, backend }) => {
  const { data } = backend as unknown as CpuBackend;
  const { gradient, first, second, gate, ...parameters } = inputs as Record<string, TensorInfo>;
  const { clipNorm = null, ...given } = attrs as unknown as AdamWAttrs;
  const numbers = gate ? gated(given, data.get(gate.dataId).values, clipNorm) : given;
  if (!numbers) return [];
  const g = data.get(gradient!.dataId).values;
  const [m, v] = [first!, second!].map(({ dataId }) => data.get(dataId).values) as [Float32Array, Float32Array];
  let at = 0;
  for (const { dataId } of Object.values(parameters)) {
    const entry = data.get(dataId);
    // A tensor of this engine may stand on the very array that its maker passed in, and keeps.
    const p = entry.values.slice();
    const end = at + p.length;
    adamw(p, g.subarray(at, end), m.subarray(at, end), v.subarray(at, end), numbers);
    entry.values = p;
    at = end;
  }
  return [];
};
