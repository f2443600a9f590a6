// What the kernels that go value by value have in common.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { input, sizeOf } from '../kernels/register.ts';
import { addressOf, makeOutput, type WasmBackend } from '../wasm-host/index.ts';
import type { Override } from './override.ts';

/** y = f(x) for float32; any other dtype is tfjs's own. */
export function unary(
  kernelName: string,
  run: (backend: WasmBackend, x: number, y: number, count: number) => void,
): Override {
  return {
    kernelName,
    compute(args, original): TensorInfo | TensorInfo[] {
      const { backend } = args;
      const x = input(args, 'x');
      if (x.dtype !== 'float32') return original(args);
      const out = makeOutput(backend, x.shape, 'float32', kernelName.toLowerCase());
      run(backend, addressOf(backend, x), addressOf(backend, out), sizeOf(x.shape));
      return out;
    },
  };
}
