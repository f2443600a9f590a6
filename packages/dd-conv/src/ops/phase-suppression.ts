// Type I conditioning as one op (Karami & Ghodsi, "Orchid", NeurIPS 2024, section 3.2): composed of others it would keep
// seven tensors of the sequence's size for its gradient; this one keeps its input and computes the rest again.
import { differentiableList, halvable } from '@orchid-ml/backends/ops';
import type { PaddingMode } from '@orchid-ml/backends/plain';
import type { ComplexPair } from '@orchid-ml/fft';
import { engine, getKernel, type NamedAttrMap, type Tensor, type Tensor1D, type Tensor3D } from '@tensorflow/tfjs-core';
import {
  normedPhaseSuppressionKernelName,
  type PhaseSuppressionAttrs,
  phaseSuppressionGradKernelName,
  phaseSuppressionInputNames,
  phaseSuppressionKernelName,
} from '../kernels/names.ts';
import { checkChoice, checkKeys, checkShape, checkTensor } from './checks.ts';
import type { Norm, Transform } from './dd-conv.ts';

/** A short depthwise convolution and the layer norm that follows it. C is D, but 2D on the frequency side of dft. */
export interface ConditioningSide {
  /** [C, 1, m], float32, m odd and the same on both sides */
  weight: Tensor3D;
  /** [C], float32 */
  bias: Tensor1D;
  /** scale and shift [C], float32; on both sides, or nothing is normalised */
  norm?: { weight: Tensor1D; bias: Tensor1D };
}

export interface PhaseSuppressionOptions {
  /** along the sequence */
  time: ConditioningSide;
  /** along the frequencies; for dft two channels of each, real and imaginary part */
  frequency: ConditioningSide;
  /** F, default dft */
  transform?: Transform;
  /** scale of F for dft, default forward */
  norm?: Norm;
  /** |F|² or |F|; default squared for dft, abs for dct */
  magnitude?: 'squared' | 'abs';
  /** what the convolutions see beyond the ends, default zeros */
  paddingMode?: PaddingMode;
}

/** Added to the variance by both norms. */
const eps = 1e-5;

/**
 * H = frequency(|F(time(u))|²), each side a short 'same' convolution and a layer norm over the channels. Differentiable in
 * every tensor; it keeps its inputs for that and nothing else.
 *
 * @param u [B, L, D], float32
 * @returns for dft a pair of [B, floor(L/2) + 1, D], for dct one tensor [B, L, D]: a `spectrum` for `ddConv`
 * @throws Error when a shape, a dtype or an option does not fit, or the backend has no kernel
 */
export function phaseSuppression(u: Tensor3D, options: PhaseSuppressionOptions): ComplexPair | Tensor3D {
  const op = 'phaseSuppression';
  checkKeys(op, options, ['time', 'frequency', 'transform', 'norm', 'magnitude', 'paddingMode']);
  const { time, frequency, transform = 'dft', norm = 'forward', paddingMode = 'zeros' } = options;
  const { magnitude = transform === 'dct' ? 'abs' : 'squared' } = options;
  checkChoice(op, 'transform', transform, ['dft', 'dct']);
  checkChoice(op, 'norm', norm, ['forward', 'ortho', 'backward']);
  checkChoice(op, 'magnitude', magnitude, ['squared', 'abs']);
  checkChoice(op, 'paddingMode', paddingMode, ['zeros', 'reflect', 'circular']);
  checkTensor(op, 'u', u, 3);
  const [, length, width] = u.shape;
  checkTensor(op, 'time.weight', time?.weight, 3);
  const taps = time.weight.shape[2];
  if (taps % 2 === 0) throw new Error(`${op}: time.weight has shape [${time.weight.shape}]; want an odd last axis`);
  checkSide(op, 'time', time, width, taps);
  checkSide(op, 'frequency', frequency, transform === 'dct' ? width : 2 * width, taps);
  const bins = transform === 'dct' ? length : Math.floor(length / 2) + 1;
  if (paddingMode === 'reflect' && (taps - 1) / 2 >= Math.min(length, bins)) {
    throw new Error(
      `${op}: paddingMode 'reflect' pads ${(taps - 1) / 2}, which must be less than ${Math.min(length, bins)} rows`,
    );
  }
  if ((time.norm === undefined) !== (frequency.norm === undefined)) {
    throw new Error(`${op}: ${time.norm ? 'time' : 'frequency'} alone has a norm; want one on both sides or none`);
  }
  const hasNorm = time.norm !== undefined;
  const kernelName = hasNorm ? normedPhaseSuppressionKernelName : phaseSuppressionKernelName;
  const backend = engine().backendName;
  if (!getKernel(kernelName, backend)) {
    throw new Error(`${op}: there is no kernel for the backend '${backend}'; want cpu, wasm or webgpu`);
  }
  const scale = transform === 'dct' || norm === 'backward' ? 1 : norm === 'ortho' ? length ** -0.5 : 1 / length;
  const attrs: PhaseSuppressionAttrs = {
    transform,
    scale,
    isSquared: magnitude === 'squared',
    paddingMode,
    eps,
    hasNorm,
  };
  const tensors = [u, time, frequency].flatMap((given) =>
    'weight' in given
      ? [given.weight, given.bias, ...(given.norm ? [given.norm.weight, given.norm.bias] : [])]
      : [given],
  );
  const named = (given: readonly Tensor[]) =>
    Object.fromEntries(phaseSuppressionInputNames(hasNorm).map((name, i) => [name, given[i]!]));
  const run = (kernel: string, inputs: Record<string, Tensor>): Tensor[] => {
    const made = engine().runKernel(kernel, inputs, attrs as unknown as NamedAttrMap);
    return Array.isArray(made) ? made : [made];
  };
  const [re, im] = differentiableList(tensors, (save) => {
    // |F| turns where it is zero: the wrong side of that, by a rounding error, is another gradient.
    save([attrs.isSquared ? halvable(u) : u, ...tensors.slice(1)]);
    return {
      values: run(kernelName, named(tensors)),
      gradient: ([dRe, dIm], saved) =>
        run(phaseSuppressionGradKernelName, { ...named(saved), dRe: dRe!, ...(dIm && { dIm }) }),
    };
  });
  return im ? { re: re!, im } : (re as Tensor3D);
}

function checkSide(op: string, name: string, side: ConditioningSide, channels: number, taps: number): void {
  checkTensor(op, `${name}.weight`, side?.weight, 3);
  checkShape(op, `${name}.weight`, side.weight, [channels, 1, taps], '[C, 1, m]');
  checkTensor(op, `${name}.bias`, side.bias, 1);
  checkShape(op, `${name}.bias`, side.bias, [channels], '[C]');
  for (const part of side.norm ? (['weight', 'bias'] as const) : []) {
    checkTensor(op, `${name}.norm.${part}`, side.norm![part], 1);
    checkShape(op, `${name}.norm.${part}`, side.norm![part], [channels], '[C]');
  }
}
