// The linear layer on the wasm engine, a block of rows at a time: what follows the product, bias and activation, and going
// back what precedes the two products, the activation's slope and the bias's sums, happens while the block is in the cache.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { addressOf, heapF32, makeOutputs, type WasmBackend, withScratch } from '../../wasm-host/index.ts';
import { input, registerKernelOnce, sizeOf } from '../register.ts';
import { engine } from './engine.ts';
import { gemm, gemmScratchBytes } from './gemm.ts';

/** Values of a block: half a megabyte, which stays in the second-level cache. */
const blockValues = 131_072;
/** Blocks are whole tiles of 3 or 4 rows, and not so low that packing the weights for each would count. */
const tiles = 12;
const fewestRows = 96;

interface Sizes {
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
  /** of a block */
  readonly height: number;
}

registerKernelOnce<WasmBackend>('OrchidLinear', 'wasm', (args) => {
  const { backend, attrs } = args;
  const [x, weight] = [input(args, 'x'), input(args, 'weight')];
  const { rows, inputs, outputs, height } = sizesOf(x, weight);
  const shape = [...x.shape.slice(0, -1), outputs];
  const hasActivation = attrs.activation === 'gelu';
  const wantsSlope = hasActivation && Boolean(attrs.wantsSlope);
  return withScratch(backend, gemmScratchBytes(inputs, outputs), 'linear', (scratch) => {
    const shapes: number[][] = wantsSlope ? [shape, shape] : [shape];
    const tensors = makeOutputs(backend, shapes, 'linear');
    const [y, slope] = tensors.map((tensor) => addressOf(backend, tensor)) as [number, number?];
    const bias = args.inputs.bias ? addressOf(backend, args.inputs.bias) : 0;
    const [startX, b] = [addressOf(backend, x), addressOf(backend, weight)];
    const product = { b, inner: inputs, n: outputs, transposeA: false, transposeB: true, isAdded: false, bias };
    for (let row = 0; row < rows; row += height) {
      const m = Math.min(height, rows - row);
      const at = 4 * row * outputs;
      // Where the slope is wanted, it replaces the sums it belongs to.
      const sums = (slope ?? y) + at;
      gemm(backend, scratch, { ...product, a: startX + 4 * row * inputs, out: sums, m });
      if (slope !== undefined) engine(backend).geluAndSlope(sums, y + at, m * outputs);
      else if (hasActivation) engine(backend).gelu(sums, sums, m * outputs);
    }
    return tensors;
  });
});

registerKernelOnce<WasmBackend>('OrchidLinearGrad', 'wasm', (args) => {
  const { backend } = args;
  const [x, weight, dy] = [input(args, 'x'), input(args, 'weight'), input(args, 'dy')];
  const { rows, inputs, outputs, height } = sizesOf(x, weight);
  const what = 'the gradient of linear';
  const slope = args.inputs.slope ? addressOf(backend, args.inputs.slope) : undefined;
  const gemmBytes = Math.max(gemmScratchBytes(outputs, inputs), gemmScratchBytes(height, inputs));
  return withScratch(backend, gemmBytes + (slope === undefined ? 0 : 4 * height * outputs), what, (scratch) => {
    const tensors = makeOutputs(backend, [x.shape, weight.shape, [outputs]], what);
    const [dx, dweight, dbias] = tensors.map((tensor) => addressOf(backend, tensor)) as [number, number, number];
    const [startX, startW, startDy] = [addressOf(backend, x), addressOf(backend, weight), addressOf(backend, dy)];
    heapF32(backend, dbias, outputs).fill(0);
    const { multiply, sumRowsInto } = engine(backend);
    const [product, none] = [{ n: inputs, transposeB: false }, { bias: 0 }];
    for (let row = 0; row < rows; row += height) {
      const m = Math.min(height, rows - row);
      let d = startDy + 4 * row * outputs;
      if (slope !== undefined) {
        const scaled = scratch + gemmBytes;
        multiply(d, slope + 4 * row * outputs, scaled, m * outputs);
        d = scaled;
      }
      sumRowsInto(d, dbias, m, outputs);
      const [xBlock, dxBlock] = [startX + 4 * row * inputs, dx + 4 * row * inputs];
      const back = { a: d, b: startW, out: dxBlock, m, inner: outputs, transposeA: false, isAdded: false };
      gemm(backend, scratch, { ...product, ...none, ...back });
      const across = { a: d, b: xBlock, out: dweight, m: outputs, inner: m, transposeA: true, isAdded: row > 0 };
      gemm(backend, scratch, { ...product, ...none, ...across });
    }
    return tensors;
  });
});

function sizesOf(x: TensorInfo, weight: TensorInfo): Sizes {
  const [outputs, inputs] = weight.shape as [number, number];
  const rows = sizeOf(x.shape.slice(0, -1));
  const fitting = Math.floor(blockValues / Math.max(inputs, outputs) / tiles) * tiles;
  return { rows, inputs, outputs, height: Math.min(rows, Math.max(fewestRows, fitting)) };
}
