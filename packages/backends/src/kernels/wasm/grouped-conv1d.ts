// Grouped convolution over a sequence on the wasm engine.
import type { GroupedConv1dSizes } from '../../plain/grouped-conv1d.ts';
import { addressOf, heapI32, makeOutput, type WasmBackend, withScratch } from '../../wasm-host/index.ts';
import { input, registerKernelOnce, sizeOf } from '../register.ts';
import { engine } from './engine.ts';

registerKernelOnce<WasmBackend>('OrchidGroupedConv1d', 'wasm', (args) => {
  const { backend, inputs } = args;
  const sizes = args.attrs as unknown as GroupedConv1dSizes;
  const weight = input(args, 'weight');
  const y = makeOutput(backend, [sizes.batch, sizes.length, sizes.outputs], 'float32', 'groupedConv1d');
  const weights = sizeOf(weight.shape);
  withScratch(backend, 4 * (weights + sizes.rows.length), 'groupedConv1d', (packed) => {
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
  });
  return y;
});

registerKernelOnce<WasmBackend>('OrchidGroupedConv1dGrad', 'wasm', (args) => {
  const { backend } = args;
  const sizes = args.attrs as unknown as GroupedConv1dSizes;
  const x = input(args, 'x');
  const weight = input(args, 'weight');
  const what = 'the gradient of groupedConv1d';
  const dx = makeOutput(backend, x.shape, 'float32', what);
  const dweight = makeOutput(backend, weight.shape, 'float32', what);
  const dbias = makeOutput(backend, [sizes.outputs], 'float32', what);
  const floats = 3 * sizeOf(weight.shape) + sizes.outputs;
  withScratch(backend, 4 * (floats + sizes.rows.length), what, (scratch) => {
    const rows = putRows(backend, scratch + 4 * floats, sizes);
    engine(backend).groupedConv1dGrad(
      addressOf(backend, x),
      addressOf(backend, weight),
      addressOf(backend, input(args, 'dy')),
      addressOf(backend, dx),
      addressOf(backend, dweight),
      addressOf(backend, dbias),
      scratch,
      rows,
      ...numbersOf(sizes),
    );
  });
  return [dx, dweight, dbias];
});

function putRows(backend: WasmBackend, address: number, sizes: GroupedConv1dSizes): number {
  heapI32(backend, address, sizes.rows.length).set(sizes.rows);
  return address;
}

function numbersOf({ batch, length, inputs, outputs, groups, taps }: GroupedConv1dSizes): number[] {
  return [batch, length, inputs, outputs, groups, taps];
}
