// The cpu backend's forward kernel: float64 inside, float32 in and out.
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { type DdConvArrays, type DdConvSettings, ddConv } from '../../plain/dd-conv.ts';
import { type DdConvAttrs, type DdConvInputs, ddConvKernelName } from '../names.ts';
import { registerOnce } from '../register.ts';

/** The part of tfjs-backend-cpu's backend object that the kernels use. */
export interface CpuBackend {
  readonly data: { get(dataId: object): { readonly values: ArrayLike<number> } };
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

/** A kernel's inputs and attributes as the plain functions take them. */
export function plainArguments(
  backend: CpuBackend,
  inputs: DdConvInputs,
  attrs: DdConvAttrs,
): { settings: DdConvSettings; arrays: DdConvArrays } {
  const values = (info: TensorInfo) => backend.data.get(info.dataId).values;
  const { z, kernel, spectrumRe, spectrumIm, skip, inputGate, outputGate } = inputs;
  const [batch, length, width] = z.shape as [number, number, number];
  const { transform, fftLength, kernelScale } = attrs;
  return {
    settings: { batch, length, width, transform, fftLength, kernelScale },
    arrays: {
      z: values(z),
      ...(kernel && {
        kernel: { values: values(kernel), rows: kernel.shape.at(-2)!, perExample: attrs.kernelPerExample },
      }),
      ...(spectrumRe && {
        spectrum: spectrumIm ? { re: values(spectrumRe), im: values(spectrumIm) } : { re: values(spectrumRe) },
      }),
      ...(skip && { skip: values(skip) }),
      ...(inputGate && { inputGate: values(inputGate) }),
      ...(outputGate && { outputGate: values(outputGate) }),
    },
  };
}

registerOnce({
  kernelName: ddConvKernelName,
  backendName: 'cpu',
  kernelFunc: ((args: { inputs: DdConvInputs; backend: CpuBackend; attrs: DdConvAttrs }) => {
    const { settings, arrays } = plainArguments(args.backend, args.inputs, args.attrs);
    const y = Float32Array.from(ddConv(settings, arrays));
    return args.backend.makeTensorInfo(args.inputs.z.shape, 'float32', y);
  }) as unknown as KernelFunc,
});
