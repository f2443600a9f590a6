// The one differentiable convolution behind longConv and ddConv: runs the kernel, and its gradient kernel when asked.
import { differentiable, halvable } from '@orchid-ml/backends/ops';
import {
  engine,
  getKernel,
  type NamedTensorMap,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { type DdConvAttrs, ddConvGradKernelName, ddConvKernelName } from '../kernels/names.ts';

/** Inputs that an operator has checked; shapes as in `DdConvInputs`. */
export interface ConvolveInputs {
  readonly z: Tensor3D;
  readonly kernel?: Tensor | undefined;
  readonly spectrumRe?: Tensor | undefined;
  readonly spectrumIm?: Tensor | undefined;
  readonly skip?: Tensor1D | undefined;
  readonly inputGate?: Tensor3D | undefined;
  readonly outputGate?: Tensor3D | undefined;
}

/**
 * Signals, which halves serve for a gradient. A spectrum's magnitudes are anybody's guess (|F(u)|² grows with the square of the
 * length), and kernels have no batch.
 */
const signals: readonly (keyof ConvolveInputs)[] = ['z', 'inputGate', 'outputGate'];

/** The inputs in the order in which the gradient kernel returns their gradients. */
function inputNames(attrs: DdConvAttrs): (keyof ConvolveInputs)[] {
  const names: (keyof ConvolveInputs)[] = ['z'];
  if (attrs.hasKernel) names.push('kernel');
  if (attrs.hasSpectrum) names.push('spectrumRe');
  if (attrs.hasSpectrum && attrs.transform === 'dft') names.push('spectrumIm');
  if (attrs.hasSkip) names.push('skip');
  if (attrs.hasInputGate) names.push('inputGate');
  if (attrs.hasOutputGate) names.push('outputGate');
  return names;
}

/**
 * @param op the public operator's name, for errors
 * @throws Error when the current backend has no such kernel
 */
export function convolve(
  op: string,
  inputs: ConvolveInputs,
  settings: Pick<DdConvAttrs, 'transform' | 'fftLength' | 'kernelScale'>,
): Tensor3D {
  const attrs: DdConvAttrs = {
    ...settings,
    hasKernel: inputs.kernel !== undefined,
    kernelPerExample: inputs.kernel?.rank === 3,
    hasSpectrum: inputs.spectrumRe !== undefined,
    hasSkip: inputs.skip !== undefined,
    hasInputGate: inputs.inputGate !== undefined,
    hasOutputGate: inputs.outputGate !== undefined,
  };
  const backend = engine().backendName;
  if (!getKernel(ddConvKernelName, backend)) {
    throw new Error(`${op}: there is no kernel for the backend '${backend}'; want cpu, wasm or webgpu`);
  }
  // Only what is there, in gradient order: all of it is saved for the gradient, and nothing else.
  const names = inputNames(attrs);
  const named = (tensors: readonly Tensor[]): NamedTensorMap =>
    Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
  const given = names.map((name) => inputs[name]!);
  return differentiable<Tensor3D>(given, (save) => {
    save(names.map((name, i) => (signals.includes(name) ? halvable(given[i]!) : given[i]!)));
    return {
      value: engine().runKernel(ddConvKernelName, named(given), { ...attrs }) as Tensor3D,
      gradient: (dy, saved) =>
        engine().runKernel(ddConvGradKernelName, { ...named(saved), dy }, { ...attrs }) as Tensor[],
    };
  });
}
