// What a conditioning network can be told, with the defaults of the authors' block, and the checks of it.
import { checkChoice, checkKeys } from '../ops/checks.ts';
import type { KernelDomain, Norm, Transform } from '../ops/dd-conv.ts';

export type ConditioningType = 'I' | 'I-time' | 'I-freq' | 'II';
export type ConditioningActivation = 'identity' | 'tanh' | 'sigmoid' | 'softsign' | 'softshrink';
export type PaddingMode = 'zeros' | 'reflect' | 'circular';

export interface ConditioningOptions {
  /** I: phase suppression (default); its ablations I-time and I-freq; II: cross-correlation */
  readonly type?: ConditioningType;
  /** channels D */
  readonly width: number;
  /** the transform F; default dft */
  readonly transform?: Transform;
  /** scale of F for dft; default forward */
  readonly norm?: Norm;
  /** taps of the depthwise convolutions, odd; default 3 */
  readonly filterSize?: number;
  /** convolutions on each side; default 1 */
  readonly layers?: number;
  /** what follows each convolution; default layernorm */
  readonly normLayer?: 'layernorm' | 'none';
  /** what the convolutions see beyond the ends; default zeros. `circular` makes the operator shift equivariant. */
  readonly paddingMode?: PaddingMode;
  /** types I: |U|² or |U|; default squared for dft, abs for dct */
  readonly magnitude?: 'squared' | 'abs';
  /** type II: σ; default identity */
  readonly activation?: ConditioningActivation;
  /** type II with dft: σ on the real and imaginary parts (default), or on the magnitude, keeping the phase */
  readonly activationOn?: 'parts' | 'magnitude';
  /** `time`: the network works on the 2L-point spectrum of the padded sequence (L + 1 bins; dft only) */
  readonly kernelDomain?: KernelDomain;
}

export type ConditioningSettings = Required<ConditioningOptions>;

/** Fills in defaults. @throws Error for an unknown option, a value out of range or options that exclude each other */
export function conditioningSettings(options: ConditioningOptions): ConditioningSettings {
  const op = 'createConditioning';
  const settings: ConditioningSettings = {
    type: 'I',
    transform: 'dft',
    norm: 'forward',
    filterSize: 3,
    layers: 1,
    normLayer: 'layernorm',
    paddingMode: 'zeros',
    magnitude: options.transform === 'dct' ? 'abs' : 'squared',
    activation: 'identity',
    activationOn: 'parts',
    kernelDomain: 'frequency',
    ...options,
  };
  checkKeys(op, settings, [
    'type',
    'width',
    'transform',
    'norm',
    'filterSize',
    'layers',
    'normLayer',
    'paddingMode',
    'magnitude',
    'activation',
    'activationOn',
    'kernelDomain',
  ]);
  checkChoice(op, 'type', settings.type, ['I', 'I-time', 'I-freq', 'II']);
  checkChoice(op, 'transform', settings.transform, ['dft', 'dct']);
  checkChoice(op, 'norm', settings.norm, ['forward', 'ortho', 'backward']);
  checkChoice(op, 'normLayer', settings.normLayer, ['layernorm', 'none']);
  checkChoice(op, 'paddingMode', settings.paddingMode, ['zeros', 'reflect', 'circular']);
  checkChoice(op, 'magnitude', settings.magnitude, ['squared', 'abs']);
  checkChoice(op, 'activation', settings.activation, ['identity', 'tanh', 'sigmoid', 'softsign', 'softshrink']);
  checkChoice(op, 'activationOn', settings.activationOn, ['parts', 'magnitude']);
  checkChoice(op, 'kernelDomain', settings.kernelDomain, ['frequency', 'time']);
  for (const name of ['width', 'layers', 'filterSize'] as const) {
    if (!Number.isInteger(settings[name]) || settings[name] < 1) {
      throw new Error(`${op}: ${name} is ${settings[name]}; want a positive integer`);
    }
  }
  if (settings.filterSize % 2 === 0) throw new Error(`${op}: filterSize is ${settings.filterSize}; want an odd number`);
  if (settings.transform === 'dct' && settings.kernelDomain === 'time') {
    throw new Error(`${op}: kernelDomain 'time' goes with transform 'dft' only; got 'dct'`);
  }
  return settings;
}
