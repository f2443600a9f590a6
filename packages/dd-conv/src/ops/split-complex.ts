// Channels that alternate real and imaginary parts, as the conditioning networks make them, to a complex pair and back.
// Strided slices would do, but no engine has them both fast and differentiable.
import type { ComplexPair } from '@orchid-ml/fft';
import { engine, getKernel, registerGradient, Tensor } from '@tensorflow/tfjs-core';
import { interleaveKernelName, splitComplexKernelName } from '../kernels/names.ts';

/**
 * re = x[..., 0::2], im = x[..., 1::2]; differentiable.
 *
 * @param x [..., 2C], float32, rank at least 1
 * @returns a pair of [..., C]
 * @throws Error when the last axis is odd, x is not float32, or the backend has no kernel
 */
export function splitComplex(x: Tensor): ComplexPair {
  if (!(x instanceof Tensor)) throw new Error(`splitComplex: x is ${x === null ? 'null' : typeof x}; want a tensor`);
  const channels = x.shape.at(-1);
  if (x.dtype !== 'float32') throw new Error(`splitComplex: x has dtype ${x.dtype}; want float32`);
  if (channels === undefined || channels % 2 !== 0) {
    throw new Error(`splitComplex: x has shape [${x.shape}]; want an even last axis`);
  }
  const backend = engine().backendName;
  if (!getKernel(splitComplexKernelName, backend)) {
    throw new Error(`splitComplex: there is no kernel for the backend '${backend}'; want cpu, wasm or webgpu`);
  }
  const [re, im] = engine().runKernel(splitComplexKernelName, { x }) as unknown as [Tensor, Tensor];
  return { re, im };
}

registerGradient({
  kernelName: splitComplexKernelName,
  gradFunc: (dys) => {
    const [re, im] = dys as [Tensor, Tensor];
    return { x: () => engine().runKernel(interleaveKernelName, { re, im }) as Tensor };
  },
});
