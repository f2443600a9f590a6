// Bad arguments: the message names the operator, what it got and what it wanted; and nothing is left allocated.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { start } from '../../test/engines.ts';
import { ddConv, longConv, splitComplex } from '../index.ts';

const z = (): tf.Tensor3D => tf.zeros([2, 6, 3]);
/** Zeros of a shape whose type the compiler does not look at. */
const zeros = (shape: number[], dtype: tf.DataType = 'float32') => tf.zeros(shape, dtype) as never;
const pair = (bins: number, width = 3) => ({ re: zeros([2, bins, width]), im: zeros([2, bins, width]) });

const bad: [string, () => unknown, string][] = [
  ['no tensor', () => ddConv([1] as never, { kernel: zeros([6, 3]) }), 'ddConv: z is object; want a tensor'],
  ['rank', () => ddConv(zeros([6, 3]), { kernel: zeros([6, 3]) }), 'z has shape [6,3]; want rank 3'],
  ['dtype', () => ddConv(zeros([2, 6, 3], 'int32'), { kernel: zeros([6, 3]) }), 'z has dtype int32; want float32'],
  ['empty', () => ddConv(zeros([2, 0, 3]), { kernel: zeros([0, 3]) }), 'z has shape [2,0,3]; want no empty dimension'],
  ['no options', () => ddConv(z()), 'ddConv: got neither kernel nor spectrum'],
  ['split no tensor', () => splitComplex([1, 2] as never), 'splitComplex: x is object; want a tensor'],
  ['no kernel', () => ddConv(z(), {}), 'ddConv: got neither kernel nor spectrum; want one of them or both'],
  ['kernel rows', () => ddConv(z(), { kernel: zeros([5, 3]) }), 'kernel has shape [5,3]; want [L, D] = [6,3]'],
  [
    'kernel batch',
    () => ddConv(z(), { kernel: zeros([3, 6, 3]) }),
    'kernel has shape [3,6,3]; want [B, L, D] = [2,6,3]',
  ],
  ['kernel rank', () => ddConv(z(), { kernel: zeros([6]) }), 'kernel has shape [6]; want rank 3'],
  ['kernel dtype', () => ddConv(z(), { kernel: zeros([6, 3], 'bool') }), 'kernel has dtype bool; want float32'],
  [
    'bins',
    () => ddConv(z(), { spectrum: pair(6) }),
    'spectrum.re has shape [2,6,3]; want [B, floor(L/2) + 1, D] = [2,4,3]',
  ],
  [
    'bins, time',
    () => ddConv(z(), { spectrum: pair(4), kernelDomain: 'time' }),
    'spectrum.re has shape [2,4,3]; want [B, L + 1, D] = [2,7,3]',
  ],
  ['bins, dct', () => ddConv(z(), { spectrum: zeros([2, 4, 3]), transform: 'dct' }), 'want [B, L, D] = [2,6,3]'],
  [
    'im',
    () => ddConv(z(), { spectrum: { re: zeros([2, 4, 3]), im: zeros([2, 4, 2]) } }),
    'spectrum.im has shape [2,4,2]',
  ],
  ['pair for dct', () => ddConv(z(), { spectrum: pair(6), transform: 'dct' }), 'want one real tensor'],
  ['real for dft', () => ddConv(z(), { spectrum: zeros([2, 4, 3]) }), 'want a complex pair {re, im}'],
  ['skip', () => ddConv(z(), { kernel: zeros([6, 3]), skip: zeros([6]) }), 'skip has shape [6]; want [D] = [3]'],
  [
    'input gate',
    () => ddConv(z(), { kernel: zeros([6, 3]), inputGate: zeros([6, 3]) }),
    'ddConv: inputGate has shape [6,3]; want rank 3',
  ],
  [
    'output gate',
    () => ddConv(z(), { kernel: zeros([6, 3]), outputGate: zeros([2, 6, 1]) }),
    'outputGate has shape [2,6,1]; want [B, L, D] = [2,6,3]',
  ],
  [
    'transform',
    () => ddConv(z(), { kernel: zeros([6, 3]), transform: 'fft' as never }),
    `ddConv: transform is "fft"; want 'dft' or 'dct'`,
  ],
  ['norm', () => ddConv(z(), { kernel: zeros([6, 3]), norm: 'none' as never }), 'norm is "none"'],
  [
    'domain',
    () => ddConv(z(), { kernel: zeros([6, 3]), transform: 'dct', kernelDomain: 'time' }),
    "kernelDomain 'time' goes with transform 'dft' only",
  ],
  [
    'unknown option',
    () => ddConv(z(), { kernels: zeros([6, 3]) } as never),
    "ddConv: unknown option 'kernels'; it takes kernel, spectrum",
  ],
  ['h too long', () => longConv(z(), zeros([7, 3])), 'longConv: h has 7 rows in its shape [7,3]; want at most L = 6'],
  ['h width', () => longConv(z(), zeros([4, 2])), 'longConv: h has shape [4,2]; want [Lh, D] = [4,3]'],
  ['h batch', () => longConv(z(), zeros([1, 4, 3])), 'h has shape [1,4,3]; want [B, Lh, D] = [2,4,3]'],
  ['h missing', () => longConv(z(), undefined as never), 'longConv: h is undefined; want a tensor'],
  [
    'mode',
    () => longConv(z(), zeros([4, 3]), { mode: 'same' as never }),
    `longConv: mode is "same"; want 'circular' or 'causal'`,
  ],
  ['longConv option', () => longConv(z(), zeros([4, 3]), { causal: true } as never), "unknown option 'causal'"],
  ['longConv skip', () => longConv(z(), zeros([4, 3]), { skip: zeros([4]) }), 'skip has shape [4]; want [D] = [3]'],
];

describe('bad arguments', () => {
  beforeAll(() => start('cpu'));

  it.each(bad)('%s', (_, run, message) => {
    tf.tidy(() => {
      expect(run).toThrow(message);
    });
  });

  it('an engine without the kernel', () => {
    tf.registerBackend('bare', () => ({ numDataIds: () => 0, dispose() {}, floatPrecision: () => 32 }) as never);
    const [x, h] = [z(), zeros([6, 3]) as tf.Tensor2D];
    tf.setBackend('bare');
    expect(() => longConv(x, h)).toThrow(
      "longConv: there is no kernel for the backend 'bare'; want cpu, wasm or webgpu",
    );
    tf.setBackend('cpu');
  });
});
