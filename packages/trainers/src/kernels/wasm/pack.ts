// Many small tensors to one long one and back in a single dispatch: a dispatch costs more than copying most of them, and
// the engine's own SplitV copies the whole input once for every piece.
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

export const unpackWasm: KernelFunc = ({ inputs, attrs, backend }) => {
  const engine = backend as unknown as WasmBackend;
  const x = inputs.x as TensorInfo;
  const shapes = (attrs as unknown as { shapes: number[][] }).shapes;
  // All are made before the heap is looked at, because making one may move it.
  const outputs = shapes.map((shape) => makeOutput(engine, shape, 'float32', 'OrchidUnpack'));
  const from = heapF32(engine, addressOf(engine, x), sizeOf(x));
  let at = 0;
  for (const output of outputs) {
    const size = sizeOf(output);
    heapF32(engine, addressOf(engine, output), size).set(from.subarray(at, at + size));
    at += size;
  }
  return outputs;
};
