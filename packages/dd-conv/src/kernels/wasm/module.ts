// The package's wasm module on an engine, and the arguments its two big functions share.
import { addressOf, type WasmBackend, wasmModule } from '@orchid-ml/backends/wasm-host';
import { wasmPlan } from '@orchid-ml/fft/wasm';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import source from '../../generated/dd-conv.wasm.ts';
import type { DdConvAttrs, DdConvInputs } from '../names.ts';

/** plan, isDct, n, batch, length, width, z, kernel, kernelRows, isShared, scale, hRe, hIm, bins, skip, inputGate, outputGate */
type Shared = [
  plan: number,
  isDct: boolean,
  n: number,
  batch: number,
  length: number,
  width: number,
  z: number,
  kernel: number,
  kernelRows: number,
  isShared: boolean,
  scale: number,
  hRe: number,
  hIm: number,
  bins: number,
  skip: number,
  inputGate: number,
  outputGate: number,
];

/** assembly/dd-conv.ts. Addresses are bytes on the engine's heap; 0 stands for a tensor that is not there. */
export interface DdConvModule {
  scratchBytes(plan: number, n: number, width: number, buffers: number): number;
  ddConv(...args: [...Shared, y: number, scratch: number]): void;
  ddConvGrad(
    ...args: [
      ...Shared,
      dy: number,
      dz: number,
      dKernel: number,
      dRe: number,
      dIm: number,
      dSkip: number,
      dInputGate: number,
      dOutputGate: number,
      scratch: number,
    ]
  ): void;
  splitComplex(x: number, re: number, im: number, count: number): void;
  interleaveComplex(re: number, im: number, x: number, count: number): void;
  phaseSuppressionBytes(call: number, isGradient: boolean): number;
  phaseSuppression(call: number): void;
  phaseSuppressionGrad(call: number): void;
}

export function ddConvModule(backend: WasmBackend): DdConvModule {
  return wasmModule<DdConvModule>(backend, source);
}

/** What both kernels are called with first, and the scratch that they need. */
export function sharedArguments(
  backend: WasmBackend,
  inputs: DdConvInputs,
  attrs: DdConvAttrs,
  isGradient: boolean,
): { args: Shared; scratchBytes: number } {
  const { z, kernel, spectrumRe, spectrumIm, skip, inputGate, outputGate } = inputs;
  const [batch, length, width] = z.shape as [number, number, number];
  const n = attrs.fftLength;
  const plan = wasmPlan(backend, n).address;
  const isShared = kernel?.shape.length === 2;
  const buffers =
    1 + (isGradient ? 1 : 0) + (kernel ? 1 : 0) + (isGradient && (isShared || (kernel && outputGate)) ? 1 : 0);
  const address = (info: TensorInfo | undefined) => (info ? addressOf(backend, info) : 0);
  return {
    args: [
      plan,
      attrs.transform === 'dct',
      n,
      batch,
      length,
      width,
      addressOf(backend, z),
      address(kernel),
      kernel?.shape.at(-2) ?? 0,
      isShared,
      attrs.kernelScale,
      address(spectrumRe),
      address(spectrumIm),
      spectrumRe?.shape[1] ?? 0,
      address(skip),
      address(inputGate),
      address(outputGate),
    ],
    scratchBytes: ddConvModule(backend).scratchBytes(plan, n, width, buffers),
  };
}
