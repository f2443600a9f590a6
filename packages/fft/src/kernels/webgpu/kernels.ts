// The kernel functions: from tfjs's arguments to an operation's, shared by kernels of one kind.
import { table, type WebGpuBackend } from '@orchid-ml/backends/webgpu-host';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { quarterTurns } from '../../wgsl/tables.ts';
import { type ComplexAttrs, layoutOf, type RealAttrs, withAxis } from '../contract.ts';
import { run } from './run.ts';

/** The kernel function of a cosine transform. */
export function cosineKernel(operation: 'dct' | 'idct'): KernelFunc {
  return ({ inputs, backend, attrs }) => {
    const engine = backend as unknown as WebGpuBackend;
    const x = inputs.x as TensorInfo;
    const { axis, n, edge, middle } = attrs as unknown as RealAttrs;
    const [y] = run(engine, {
      operation,
      n,
      layout: layoutOf(x.shape, axis),
      inputs: () => ({ x, turns: table(engine, `fft: quarter turns ${n}`, () => quarterTurns(n)) }),
      outputs: { y: withAxis(x.shape, axis, n) },
      params: { edge, middle },
    });
    return y!;
  };
}

/** The kernel function of a complex transform. */
export function complexKernel(inverse: boolean): KernelFunc {
  return ({ inputs, backend, attrs }) => {
    const engine = backend as unknown as WebGpuBackend;
    const { axis, n, scale } = attrs as unknown as ComplexAttrs;
    const re = inputs.re as TensorInfo;
    const im = inputs.im as TensorInfo;
    const shape = withAxis(re.shape, axis, n);
    // exchanging real and imaginary parts on both sides makes the inverse of the transform
    const outputs = run(engine, {
      operation: 'fft',
      n,
      layout: layoutOf(re.shape, axis),
      inputs: () => (inverse ? { re: im, im: re } : { re, im }),
      outputs: { outRe: shape, outIm: shape },
      params: { scale },
    });
    return inverse ? outputs.reverse() : outputs;
  };
}
