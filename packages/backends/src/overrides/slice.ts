// Slices along one axis, run by run inside the module; tfjs makes a JavaScript view for every run (7 times slower for the
// middle third of 8192 rows of 384). A slice along several axes is tfjs's own.
import * as tf from '@tensorflow/tfjs-core';
import { input, sizeOf } from '../kernels/register.ts';
import { engine } from '../kernels/wasm/engine.ts';
import { addressOf, makeOutput, type WasmBackend } from '../wasm-host/index.ts';
import { alias, type Override } from './override.ts';

export const slice: Override = {
  kernelName: 'Slice',
  compute(args, original) {
    const { backend, attrs } = args;
    const x = input(args, 'x');
    if (x.dtype !== 'float32' && x.dtype !== 'int32') return original(args);
    const [begin, size] = tf.slice_util.parseSliceParams(
      x as tf.Tensor,
      attrs.begin as number[],
      attrs.size as number[],
    ) as [number[], number[]];
    tf.slice_util.assertParamsValid(x as tf.Tensor, begin, size);
    const cut = x.shape.flatMap((whole, axis) => (size[axis] === whole ? [] : [axis]));
    if (cut.length === 0) return alias(backend, x, size);
    if (cut.length > 1 || sizeOf(size) === 0) return original(args);
    return sliceAlong(backend, x, cut[0]!, begin[cut[0]!]!, size[cut[0]!]!);
  },
};

/** x[..., begin : begin + size, ...] along one axis, for values of 4 bytes; no size may be 0. */
export function sliceAlong(
  backend: WasmBackend,
  x: tf.TensorInfo,
  axis: number,
  begin: number,
  size: number,
): tf.TensorInfo {
  const shape = x.shape.with(axis, size);
  const out = makeOutput(backend, shape, x.dtype, 'slice');
  const inner = 4 * sizeOf(x.shape.slice(axis + 1));
  const from = addressOf(backend, x) + begin * inner;
  const stride = x.shape[axis]! * inner;
  engine(backend).copyRuns(
    from,
    addressOf(backend, out),
    sizeOf(x.shape.slice(0, axis)),
    size * inner,
    stride,
    size * inner,
  );
  return out;
}
