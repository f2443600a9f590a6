// The kernels of assembly/engine.ts, as JavaScript calls them: addresses on the engine's heap and sizes.
import source from '../../generated/engine.wasm.ts';
import { type WasmBackend, wasmModule } from '../../wasm-host/index.ts';

type Call = (...addressesAndSizes: number[]) => void;

/** y = f(x), value by value */
type Unary = (x: number, y: number, count: number) => void;
/** the same; 1 if any |x| is beyond `limit`, whose y is then not to be used, else 0 */
type Wave = (x: number, y: number, count: number, limit: number) => number;

interface Engine {
  conv2dFilterGrad: Call;
  cos: Wave;
  depthwiseFilterGrad: Call;
  depthwiseInputGrad: Call;
  exp: Unary;
  gatherRows(x: number, ids: number, out: number, outer: number, size: number, count: number, inner: number): number;
  scatterAddRows(x: number, ids: number, out: number, count: number, segments: number, inner: number): void;
  copyRuns(from: number, to: number, count: number, bytes: number, fromStride: number, toStride: number): void;
  gelu: Unary;
  /** y = gelu(x); x becomes gelu's slope */
  geluAndSlope: Unary;
  gemm: Call;
  geluGrad(x: number, dy: number, dx: number, count: number): void;
  groupedConv1d: Call;
  groupedConv1dGrad: Call;
  layerNorm: Call;
  layerNormGrad: Call;
  multiply(a: number, b: number, out: number, count: number): void;
  sign: Unary;
  sin: Wave;
  softmax(x: number, y: number, rows: number, classes: number): void;
  softmaxSums(logits: number, largest: number, sums: number, rows: number, classes: number): void;
  softmaxCrossEntropyGrad: Call;
  sumLast(x: number, out: number, outer: number, count: number): void;
  sumMiddle(x: number, out: number, outer: number, count: number, inner: number): void;
  sumRowsInto(x: number, out: number, count: number, inner: number): void;
  tanh: Unary;
  transpose(x: number, out: number, outer: number, rows: number, columns: number): void;
}

/** This package's kernels on that engine's memory. */
export function engine(backend: WasmBackend): Engine {
  return wasmModule<Engine>(backend, source);
}
