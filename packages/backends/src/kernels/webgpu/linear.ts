// The linear layer on the webgpu engine: bias, gelu and its slope within the product's dispatch; back a dispatch for x, and one
// for the weight and the bias in parts over the rows, which are then added up. Rows are taken as many at once as the device binds.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import {
  type Bound,
  dispatch,
  halfOf,
  makeHalf,
  makeOutput,
  rangesOf,
  type WebGpuBackend,
  withScratch,
} from '../../webgpu-host/index.ts';
import { type Activation, depth, gemmProgram, type Halved, type Lie, type Purpose, tile } from '../../wgsl/gemm.ts';
import { sumRowsInto } from '../../wgsl/sum-rows.ts';
import { laneOf } from '../../wgsl/values.ts';
import { input, registerKernelOnce, sizeOf } from '../register.ts';
import { dividedInto, type Part } from './run.ts';

/** Workgroups that keep a large device busy: products of fewer tiles are split along their inner side. */
const wantedGroups = 256;
/** A part of a split product is at least so many steps, which adding up the parts does not outweigh. */
const fewestSteps = 256;

interface Product {
  readonly lies: readonly [a: Lie, b: Lie];
  readonly purpose: Purpose;
  readonly m: number;
  readonly n: number;
  readonly inner: number;
  readonly innerOfPart?: number;
  readonly parts?: number;
  readonly activation?: Activation;
  readonly halved?: Halved;
  readonly buffers: Readonly<Record<string, Bound>>;
}

function runProduct(backend: WebGpuBackend, product: Product): void {
  const {
    lies,
    purpose,
    m,
    n,
    inner,
    innerOfPart = inner,
    parts = 1,
    activation = 'none',
    halved = 'none',
    buffers,
  } = product;
  const rowOf = (lie: Lie, size: number): number => (lie === 'rows' ? inner : size);
  const program = gemmProgram(
    ...lies,
    purpose,
    rowOf(lies[0], m) % 4 === 0,
    rowOf(lies[1], n) % 4 === 0,
    n % 4 === 0,
    buffers.factor !== undefined,
    buffers.bias !== undefined,
    activation,
    halved,
  );
  const tilesN = Math.ceil(n / tile);
  const tiles = tilesN * Math.ceil(m / tile);
  dispatch(backend, program, {
    buffers,
    params: { m, n, inner, tilesN, tiles, innerOfPart, turns: depth },
    groups: tiles * parts,
  });
}

registerKernelOnce<WebGpuBackend>('OrchidLinear', 'webgpu', (args) => {
  const { backend, attrs } = args;
  const [x, weight] = [input(args, 'x'), input(args, 'weight')];
  const { rows, inputs, outputs } = sizesOf(backend, x, weight);
  const shape = [...x.shape.slice(0, -1), outputs];
  const { bias } = args.inputs;
  const hasActivation = attrs.activation === 'gelu';
  const y = makeOutput(backend, shape);
  const wantsSlope = hasActivation && attrs.wantsSlope === true;
  const half = wantsSlope && attrs.hasHalfSlope === true ? makeHalf(backend, shape) : undefined;
  const slope = half?.tensor ?? (wantsSlope ? makeOutput(backend, shape) : undefined);
  const slopeOf = (part: Part): Bound | undefined =>
    half ? part.ofHalf(half.words, outputs) : slope && part.of(slope, outputs);
  const divided = {
    op: 'linear',
    item: 'a row',
    count: rows,
    values: [inputs, outputs],
    halves: half ? [outputs] : [],
  };
  for (const part of dividedInto(backend, divided)) {
    const written = slopeOf(part);
    runProduct(backend, {
      lies: ['rows', 'rows'],
      purpose: 'layer',
      m: part.count,
      n: outputs,
      inner: inputs,
      activation: half ? 'gelu and half slope' : slope ? 'gelu and slope' : hasActivation ? 'gelu' : 'none',
      buffers: {
        a: part.of(x, inputs),
        b: weight,
        ...(bias && { bias }),
        y: part.of(y, outputs),
        ...(written && { slope: written }),
      },
    });
  }
  return slope ? [y, slope] : y;
});

registerKernelOnce<WebGpuBackend>('OrchidLinearGrad', 'webgpu', (args) => {
  const { backend, inputs: given } = args;
  const [x, weight, dy] = [input(args, 'x'), input(args, 'weight'), input(args, 'dy')];
  const { rows, inputs, outputs } = sizesOf(backend, x, weight);
  const [halfX, halfSlope] = [halfOf(backend, x), given.slope && halfOf(backend, given.slope)];
  const parts = dividedInto(backend, {
    op: 'linear',
    item: 'a row',
    count: rows,
    values: [inputs, outputs],
    halves: [...(halfX ? [inputs] : []), ...(halfSlope ? [outputs] : [])],
  });
  const factorOf = (part: Part): Record<string, Bound> | undefined =>
    given.slope && { factor: halfSlope ? part.ofHalf(halfSlope, outputs) : part.of(given.slope, outputs) };
  const dx = makeOutput(backend, x.shape);
  for (const part of parts) {
    runProduct(backend, {
      lies: ['rows', 'columns'],
      purpose: 'plain',
      m: part.count,
      n: inputs,
      inner: outputs,
      halved: halfSlope ? 'factor' : 'none',
      buffers: { a: part.of(dy, outputs), b: weight, ...factorOf(part), y: part.of(dx, inputs) },
    });
  }
  const [dweight, dbias] = [makeOutput(backend, weight.shape), makeOutput(backend, [outputs])];
  for (const part of parts) {
    addWeightGradient(backend, {
      rows: part.count,
      adds: part.first > 0,
      dweight,
      dbias,
      halved: halfX ? (halfSlope ? 'b and factor' : 'b') : halfSlope ? 'factor' : 'none',
      buffers: {
        a: part.of(dy, outputs),
        b: halfX ? part.ofHalf(halfX, inputs) : part.of(x, inputs),
        ...factorOf(part),
      },
    });
  }
  return [dx, dweight, dbias];
});

/** The weight's and the bias's gradients of some rows, or what they add to those of the rows before. */
function addWeightGradient(
  backend: WebGpuBackend,
  {
    rows,
    adds,
    dweight,
    dbias,
    halved,
    buffers,
  }: {
    readonly rows: number;
    readonly adds: boolean;
    readonly dweight: TensorInfo;
    readonly dbias: TensorInfo;
    readonly halved: Halved;
    readonly buffers: Readonly<Record<string, Bound>>;
  },
): void {
  const [outputs, inputs] = dweight.shape as [number, number];
  const tiles = Math.ceil(outputs / tile) * Math.ceil(inputs / tile);
  const most = Math.floor(backend.device.limits.maxStorageBufferBindingSize / (4 * outputs * inputs));
  const wanted = Math.max(1, Math.min(Math.ceil(wantedGroups / tiles), Math.floor(rows / fewestSteps), most));
  const innerOfPart = Math.ceil(rows / wanted / depth) * depth;
  const parts = Math.ceil(rows / innerOfPart);
  const product = (y: TensorInfo, sums: TensorInfo): void =>
    runProduct(backend, {
      lies: ['columns', 'columns'],
      purpose: 'parts',
      m: outputs,
      n: inputs,
      inner: rows,
      innerOfPart,
      parts,
      halved,
      buffers: { ...buffers, y, sums },
    });
  if (parts === 1 && !adds) {
    product(dweight, dbias);
    return;
  }
  withScratch(backend, parts * outputs * inputs, (products) => {
    withScratch(backend, parts * outputs, (sums) => {
      product(products, sums);
      sumRowsInto(backend, products, parts, [dweight], laneOf(outputs * inputs), adds);
      sumRowsInto(backend, sums, parts, [dbias], laneOf(outputs), adds);
    });
  });
}

/** @throws TooLargeForDeviceError where the weight alone is larger than the device binds */
function sizesOf(
  backend: WebGpuBackend,
  x: TensorInfo,
  weight: TensorInfo,
): { rows: number; inputs: number; outputs: number } {
  const [outputs, inputs] = weight.shape as [number, number];
  rangesOf(backend, { op: 'linear', item: 'the weight', count: 1, sizes: [4 * outputs * inputs] });
  return { rows: sizeOf(x.shape.slice(0, -1)), inputs, outputs };
}
