// The sum of squares of many tensors on wasm, read once each.
import { addressOf, heapF32, makeOutput, type WasmBackend } from '@orchid-ml/backends/wasm-host';
import { type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { optimizerModule } from './module.ts';

export const sumOfSquaresWasm: KernelFunc = ({ inputs, backend }) => {
  const engine = backend as unknown as WasmBackend;
  const { sumOfSquares } = optimizerModule(engine);
  let sum = 0;
  for (const x of Object.values(inputs) as TensorInfo[]) {
    sum += sumOfSquares(addressOf(engine, x), util.sizeFromShape(x.shape));
  }
  const output = makeOutput(engine, [], 'float32', 'OrchidSumOfSquares');
  heapF32(engine, addressOf(engine, output), 1)[0] = sum;
  return output;
};
