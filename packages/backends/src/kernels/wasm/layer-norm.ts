// Layer normalisation on the wasm engine.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { addressOf, heapF32, makeOutputs, type WasmBackend, withScratch } from '../../wasm-host/index.ts';
import { input, registerKernelOnce, sizeOf } from '../register.ts';
import { engine } from './engine.ts';

registerKernelOnce<WasmBackend>('OrchidLayerNorm', 'wasm', (args) => {
  const { backend, inputs, attrs } = args;
  const x = input(args, 'x');
  const [rows, channels] = rowsOf(x);
  return withScratch(backend, Math.max(8, 8 * channels), 'layerNorm', (scratch) => {
    const outputs = makeOutputs(backend, [x.shape, [rows], [rows]], 'layerNorm');
    const [y, mean, inverse] = outputs;
    const weight = addressOrConstant(backend, inputs.weight, scratch, channels, 1);
    const bias = addressOrConstant(backend, inputs.bias, scratch + 4 * channels, channels, 0);
    const at = (tensor: TensorInfo): number => addressOf(backend, tensor);
    engine(backend).layerNorm(at(x), weight, bias, at(y), at(mean), at(inverse), rows, channels, attrs.eps as number);
    return outputs;
  });
});

registerKernelOnce<WasmBackend>('OrchidLayerNormGrad', 'wasm', (args) => {
  const { backend, inputs } = args;
  const x = input(args, 'x');
  const [rows, channels] = rowsOf(x);
  const what = 'the gradient of layerNorm';
  return withScratch(backend, Math.max(8, 12 * channels), what, (scratch) => {
    const outputs = makeOutputs(backend, [x.shape, [channels], [channels]], what);
    const weight = addressOrConstant(backend, inputs.weight, scratch, channels, 1);
    const [px, pdy, pmean, pinverse, pdx, pdweight, pdbias] = [
      x,
      input(args, 'dy'),
      input(args, 'mean'),
      input(args, 'inverseDeviation'),
      ...outputs,
    ].map((tensor) => addressOf(backend, tensor)) as [number, number, number, number, number, number, number];
    const partial = scratch + 4 * channels;
    engine(backend).layerNormGrad(px, pdy, pmean, pinverse, weight, pdx, pdweight, pdbias, partial, rows, channels);
    return outputs;
  });
});

function rowsOf(x: TensorInfo): [number, number] {
  const channels = x.shape.at(-1) ?? 1;
  return [channels === 0 ? 0 : sizeOf(x.shape) / channels, channels];
}

/** The tensor's address, or that of `count` times `value` written to scratch. */
function addressOrConstant(
  backend: WasmBackend,
  tensor: TensorInfo | undefined,
  scratch: number,
  count: number,
  value: number,
): number {
  if (tensor) return addressOf(backend, tensor);
  heapF32(backend, scratch, count).fill(value);
  return scratch;
}
