// The linear layer on the webgpu engine: bias, gelu and its slope within the product's dispatch; back a dispatch for x, and one
// for the weight and the bias in parts over the rows, which are then added up.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import {
  type Bound,
  dispatch,
  halfOf,
  makeHalf,
  makeOutput,
  type WebGpuBackend,
  withScratch,
} from '../../webgpu-host/index.ts';
import { type Activation, depth, gemmProgram, type Halved, type Lie, type Purpose, tile } from '../../wgsl/gemm.ts';
import { sumRowsInto } from '../../wgsl/sum-rows.ts';
import { laneOf } from '../../wgsl/values.ts';
import { input, registerKernelOnce, sizeOf } from '../register.ts';

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
  const { rows, inputs, outputs } = sizesOf(x, weight);
  const shape = [...x.shape.slice(0, -1), outputs];
  const { bias } = args.inputs;
  const hasActivation = attrs.activation === 'gelu';
  const y = makeOutput(backend, shape);
  const wantsSlope = hasActivation && attrs.wantsSlope === true;
  const half = wantsSlope && attrs.hasHalfSlope === true ? makeHalf(backend, shape) : undefined;
  const slope = half?.tensor ?? (wantsSlope ? makeOutput(backend, shape) : undefined);
  runProduct(backend, {
    lies: ['rows', 'rows'],
    purpose: 'layer',
    m: rows,
    n: outputs,
    inner: inputs,
    activation: half ? 'gelu and half slope' : slope ? 'gelu and slope' : hasActivation ? 'gelu' : 'none',
    buffers: { a: x, b: weight, ...(bias && { bias }), y, ...(slope && { slope: half?.words ?? slope }) },
  });
  return slope ? [y, slope] : y;
});

registerKernelOnce<WebGpuBackend>('OrchidLinearGrad', 'webgpu', (args) => {
  const { backend, inputs: given } = args;
  const [x, weight, dy] = [input(args, 'x'), input(args, 'weight'), input(args, 'dy')];
  const { rows, inputs, outputs } = sizesOf(x, weight);
  const [halfX, halfSlope] = [halfOf(backend, x), given.slope && halfOf(backend, given.slope)];
  const factor = given.slope && { factor: halfSlope ?? given.slope };
  const dx = makeOutput(backend, x.shape);
  runProduct(backend, {
    lies: ['rows', 'columns'],
    purpose: 'plain',
    m: rows,
    n: inputs,
    inner: outputs,
    halved: halfSlope ? 'factor' : 'none',
    buffers: { a: dy, b: weight, ...factor, y: dx },
  });
  const [dweight, dbias] = [makeOutput(backend, weight.shape), makeOutput(backend, [outputs])];
  const tiles = Math.ceil(outputs / tile) * Math.ceil(inputs / tile);
  const wanted = Math.max(1, Math.min(Math.ceil(wantedGroups / tiles), Math.floor(rows / fewestSteps)));
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
      halved: halfX ? (halfSlope ? 'b and factor' : 'b') : halfSlope ? 'factor' : 'none',
      buffers: { a: dy, b: halfX ?? x, ...factor, y, sums },
    });
  if (parts === 1) {
    product(dweight, dbias);
    return [dx, dweight, dbias];
  }
  withScratch(backend, parts * outputs * inputs, (products) => {
    withScratch(backend, parts * outputs, (sums) => {
      product(products, sums);
      sumRowsInto(backend, products, parts, [dweight], laneOf(outputs * inputs));
      sumRowsInto(backend, sums, parts, [dbias], laneOf(outputs));
    });
  });
  return [dx, dweight, dbias];
});

function sizesOf(x: TensorInfo, weight: TensorInfo): { rows: number; inputs: number; outputs: number } {
  const [outputs, inputs] = weight.shape as [number, number];
  return { rows: sizeOf(x.shape.slice(0, -1)), inputs, outputs };
}
