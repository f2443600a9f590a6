// Grouped convolution over a sequence on the wasm engine.
import type { GroupedConv1dSizes } from '../../plain/grouped-conv1d.ts';
import { addressOf, heapI32, makeOutput, makeOutputs, type WasmBackend, withScratch } from '../../wasm-host/index.ts';
import { input, registerKernelOnce, sizeOf } from '../register.ts';
import { engine } from './engine.ts';

registerKernelOnce<WasmBackend>('OrchidGroupedConv1d', 'wasm', (args) => {
  const { backend, inputs } = args;
  const sizes = args.attrs as unknown as GroupedConv1dSizes;
  const weight = input(args, 'weight');
  const weights = sizeOf(weight.shape);
  return withScratch(backend, 4 * (weights + sizes.rows.length), 'groupedConv1d', (packed) => {
    const y = makeOutput(backend, [sizes.batch, sizes.length, sizes.outputs], 'float32', 'groupedConv1d');
    const rows = putRows(backend, packed + 4 * weights, sizes);
    engine(backend).groupedConv1d(
      addressOf(backend, input(args, 'x')),
      addressOf(backend, weight),
      inputs.bias ? addressOf(backend, inputs.bias) : 0,
      addressOf(backend, y),
      packed,
      rows,
      ...numbersOf(sizes),
    );
    return y;
  });
});

registerKernelOnce<WasmBackend>('OrchidGroupedConv1dGrad', 'wasm', (args) => {
  const { backend } = args;
  const sizes = args.attrs as unknown as GroupedConv1dSizes;
  const x = input(args, 'x');
  const weight = input(args, 'weight');
  const what = 'the gradient of groupedConv1d';
  const floats = 3 * sizeOf(weight.shape) + sizes.outputs;
  return withScratch(backend, 4 * (floats + sizes.rows.length), what, (scratch) => {
    const outputs = makeOutputs(backend, [x.shape, weight.shape, [sizes.outputs]], what);
    const rows = putRows(backend, scratch + 4 * floats, sizes);
    engine(backend).groupedConv1dGrad(
      addressOf(backend, x),
      addressOf(backend, weight),
      addressOf(backend, input(args, 'dy')),
      ...outputs.map((output) => addressOf(backend, output)),
      scratch,
      rows,
      ...numbersOf(sizes),
    );
    return outputs;
  });
});

function putRows(backend: WasmBackend, address: number, sizes: GroupedConv1dSizes): number {
  heapI32(backend, address, sizes.rows.length).set(sizes.rows);
  return address;
}

function numbersOf({ batch, length, inputs, outputs, groups, taps }: GroupedConv1dSizes): number[] {
  return [batch, length, inputs, outputs, groups, taps];
}
