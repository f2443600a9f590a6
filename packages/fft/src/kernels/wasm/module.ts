// The wasm module's exports, typed, and the calls that every wasm kernel makes around them.
import {
  addressOf,
  makeOutput,
  makeOutputs,
  type WasmBackend,
  wasmModule,
  withScratch,
} from '@orchid-ml/backends/wasm-host';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import source from '../../generated/fft.wasm.ts';
import { wasmPlan } from '../../wasm/plan.ts';
import { layoutOf, type RealAttrs, withAxis } from '../contract.ts';

/** Eight re and eight im: where kernels put a single bin together, behind the work buffer. */
const STAGING_BYTES = 64;
/** The heap aligns to 8 bytes; a quarter of the vectors would straddle two lines of the cache. */
const LINE_BYTES = 64;

type Cosine = (
  plan: number,
  work: number,
  x: number,
  rows: number,
  y: number,
  outer: number,
  inner: number,
  edge: number,
  middle: number,
) => void;

/** assembly/fft.ts; every argument a byte address or a number. */
export interface FftExports {
  rfft(
    plan: number,
    work: number,
    x: number,
    rows: number,
    re: number,
    im: number,
    outer: number,
    inner: number,
    edge: number,
    middle: number,
  ): void;
  irfft(
    plan: number,
    work: number,
    re: number,
    im: number,
    rows: number,
    y: number,
    outer: number,
    inner: number,
    edge: number,
    middle: number,
  ): void;
  fft(
    plan: number,
    work: number,
    re: number,
    im: number,
    rows: number,
    yre: number,
    yim: number,
    outer: number,
    inner: number,
    scale: number,
    backward: number,
  ): void;
  readonly dct: Cosine;
  readonly idct: Cosine;
}

/** Runs `call` with the module, the plan of length n and a work buffer for it. */
export function withPlan<T>(
  backend: WasmBackend,
  n: number,
  what: string,
  call: (exports: FftExports, plan: number, work: number) => T,
): T {
  const exports = wasmModule<FftExports>(backend, source);
  const plan = wasmPlan(backend, n);
  return withScratch(backend, plan.workBytes + STAGING_BYTES + LINE_BYTES, what, (scratch) =>
    call(exports, plan.address, Math.ceil(scratch / LINE_BYTES) * LINE_BYTES),
  );
}

/** The kernel function of a cosine transform: the two differ in the export they call. */
export function cosineKernel(name: 'dct' | 'idct'): KernelFunc {
  return ({ inputs, backend, attrs }) => {
    const engine = backend as unknown as WasmBackend;
    const x = inputs.x as TensorInfo;
    const { axis, n, edge, middle } = attrs as unknown as RealAttrs;
    const { outer, rows, inner } = layoutOf(x.shape, axis);
    return withPlan(engine, n, name, (exports, plan, work) => {
      const y = makeOutput(engine, withAxis(x.shape, axis, n), 'float32', name);
      exports[name](plan, work, addressOf(engine, x), rows, addressOf(engine, y), outer, inner, edge, middle);
      return y;
    });
  };
}

/** The kernel function of a complex transform. */
export function complexKernel(name: 'fft' | 'ifft'): KernelFunc {
  return ({ inputs, backend, attrs }) => {
    const engine = backend as unknown as WasmBackend;
    const re = inputs.re as TensorInfo;
    const im = inputs.im as TensorInfo;
    const { axis, n, scale } = attrs as unknown as { axis: number; n: number; scale: number };
    const { outer, rows, inner } = layoutOf(re.shape, axis);
    return withPlan(engine, n, name, (exports, plan, work) => {
      const shape = withAxis(re.shape, axis, n);
      const [outRe, outIm] = makeOutputs(engine, [shape, shape], name);
      const [a, b] = [addressOf(engine, re), addressOf(engine, im)];
      const [c, d] = [addressOf(engine, outRe), addressOf(engine, outIm)];
      exports.fft(plan, work, a, b, rows, c, d, outer, inner, scale, name === 'ifft' ? 1 : 0);
      return [outRe, outIm];
    });
  };
}
