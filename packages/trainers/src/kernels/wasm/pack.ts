// Many small tensors to one long one in a single dispatch, which costs more than copying most of them.
import { addressOf, heapF32, makeOutput, type WasmBackend } from '@orchid-ml/backends/wasm-host';
import { type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';

const sizeOf = ({ shape }: TensorInfo) => util.sizeFromShape(shape);

export const packWasm: KernelFunc = ({ inputs, backend }) => {
  const engine = backend as unknown as WasmBackend;
  const parts = Object.values(inputs) as TensorInfo[];
  const total = parts.reduce((sum, part) => sum + sizeOf(part), 0);
  const output = makeOutput(engine, [total], 'float32', 'OrchidPack');
  const to = heapF32(engine, addressOf(engine, output), total);
  let at = 0;
  for (const part of parts) {
    const size = sizeOf(part);
    to.set(heapF32(engine, addressOf(engine, part), size), at);
    at += size;
  }
  return output;
};
