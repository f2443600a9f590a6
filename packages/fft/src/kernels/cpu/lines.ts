// Brings the plain float64 functions to tensors on the cpu backend: reads lines along an axis, writes lines back.
import type { DataType, KernelFunc, TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import { transformInPlace } from '../../plain/transform.ts';
import { type ComplexAttrs, type Layout, layoutOf, type RealAttrs, withAxis } from '../contract.ts';

/** The part of tfjs-backend-cpu's backend object that kernels use. */
export interface CpuBackend {
  readonly data: { get(dataId: object): { readonly values: TypedArray } };
  makeTensorInfo(shape: number[], dtype: DataType, values?: TypedArray): TensorInfo;
}

export function valuesOf(backend: CpuBackend, tensor: TensorInfo): Float32Array {
  return backend.data.get(tensor.dataId).values as Float32Array;
}

/** Line (o, i) of a tensor: at most n of its samples, zeros after them. */
export function readLine(values: Float32Array, layout: Layout, o: number, i: number, n: number): Float64Array {
  const line = new Float64Array(n);
  const count = Math.min(n, layout.rows);
  for (let t = 0; t < count; t++) line[t] = values[(o * layout.rows + t) * layout.inner + i]!;
  return line;
}

/** Writes line (o, i) of a tensor whose axis is as long as the line. */
export function writeLine(values: Float32Array, inner: number, o: number, i: number, line: Float64Array): void {
  const n = line.length;
  for (let t = 0; t < n; t++) values[(o * n + t) * inner + i] = line[t]!;
}

/** Calls `work` for each line of a layout. */
export function eachLine(layout: Layout, work: (o: number, i: number) => void): void {
  for (let o = 0; o < layout.outer; o++) for (let i = 0; i < layout.inner; i++) work(o, i);
}

/** A new output tensor and the array behind it. */
export function output(backend: CpuBackend, shape: number[]): { info: TensorInfo; values: Float32Array } {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  return { info: backend.makeTensorInfo(shape, 'float32', values), values };
}

/** The kernel function of a cosine transform. */
export function cosineKernel(line: (x: Float64Array, edge: number, middle: number) => Float64Array): KernelFunc {
  return ({ inputs, backend, attrs }) => {
    const engine = backend as unknown as CpuBackend;
    const x = inputs.x as TensorInfo;
    const { axis, n, edge, middle } = attrs as unknown as RealAttrs;
    const layout = layoutOf(x.shape, axis);
    const input = valuesOf(engine, x);
    const y = output(engine, withAxis(x.shape, axis, n));
    eachLine(layout, (o, i) => {
      writeLine(y.values, layout.inner, o, i, line(readLine(input, layout, o, i, n), edge, middle));
    });
    return y.info;
  };
}

/** The kernel function of a complex transform. */
export function complexKernel(name: 'fft' | 'ifft'): KernelFunc {
  return ({ inputs, backend, attrs }) => {
    const engine = backend as unknown as CpuBackend;
    const { axis, n, scale } = attrs as unknown as ComplexAttrs;
    const re = inputs.re as TensorInfo;
    const im = inputs.im as TensorInfo;
    const layout = layoutOf(re.shape, axis);
    const [inRe, inIm] = [valuesOf(engine, re), valuesOf(engine, im)];
    const outRe = output(engine, withAxis(re.shape, axis, n));
    const outIm = output(engine, withAxis(re.shape, axis, n));
    eachLine(layout, (o, i) => {
      const lineRe = readLine(inRe, layout, o, i, n);
      const lineIm = readLine(inIm, layout, o, i, n);
      transformInPlace(lineRe, lineIm, name === 'ifft');
      for (let t = 0; t < n; t++) {
        lineRe[t] = lineRe[t]! * scale;
        lineIm[t] = lineIm[t]! * scale;
      }
      writeLine(outRe.values, layout.inner, o, i, lineRe);
      writeLine(outIm.values, layout.inner, o, i, lineIm);
    });
    return [outRe.info, outIm.info];
  };
}
