// Bad arguments: every op says which argument, what it got and what it wanted, on every backend, and leaks nothing.
import {
  KernelBackend,
  memory,
  registerBackend,
  removeBackend,
  scalar,
  setBackend,
  tensor,
  zeros,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { dct, fft, idct, ifft, irfft, rfft } from '../src/index.ts';
import { ENGINES, start } from './support.ts';

describe.each(ENGINES)('errors on %s', (engine) => {
  beforeAll(() => start(engine));

  it('name the op, what it got and what it wanted', () => {
    const before = memory().numTensors;
    const x = zeros([2, 4]);
    const narrow = zeros([2, 3]);
    const whole = tensor([1, 2], [2], 'int32');
    const one = scalar(1);
    const empty = zeros([2, 0]);
    const single = zeros([2, 1]);
    expect(() => rfft(x, { axis: 3 })).toThrow('rfft: axis 3 is out of range for a tensor of shape [2,4]; want -2..1');
    expect(() => rfft(x, { axis: 0.5 })).toThrow('rfft: axis 0.5 is out of range');
    expect(() => dct(x, { axis: -3 })).toThrow('dct: axis -3 is out of range for a tensor of shape [2,4]; want -2..1');
    expect(() => rfft(whole)).toThrow('rfft: x has dtype int32; want float32');
    expect(() => idct(one)).toThrow('idct: x is a scalar; want a tensor of rank 1 or more');
    expect(() => rfft(x, { n: 0 })).toThrow('rfft: n is 0; want a positive integer');
    expect(() => dct(x, { n: 2.5 })).toThrow('dct: n is 2.5; want a positive integer');
    expect(() => rfft(x, { norm: 'unit' as 'ortho' })).toThrow("rfft: norm is \"unit\"; want 'backward', 'ortho'");
    expect(() => fft({ re: x, im: narrow })).toThrow('fft: re has shape [2,4] and im [2,3]; want the same');
    expect(() => ifft({ re: x } as never)).toThrow('ifft: the input is an object with keys [re]; want {re, im}');
    expect(() => fft(x as never)).toThrow('fft: the input is a tensor of shape [2,4]; want {re, im}, two tensors');
    expect(() => irfft({ re: whole, im: whole })).toThrow('irfft: re has dtype int32; want float32');
    expect(() => irfft({ re: single, im: single })).toThrow('irfft: n is 0; want a positive integer');
    expect(() => rfft([1, 2] as never)).toThrow('rfft: x is an array; want a tensor');
    expect(() => rfft(undefined as never)).toThrow('rfft: x is undefined; want a tensor');
    expect(() => rfft(empty)).toThrow('rfft: a tensor of shape [2,0] has nothing on axis -1; want at least one sample');
    for (const t of [x, narrow, whole, one, empty, single]) t.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('refuse a transform that no heap could hold', () => {
    if (engine !== 'wasm') return;
    const x = zeros([1]);
    const before = memory().numTensors;
    expect(() => rfft(x, { n: 2 ** 27 })).toThrow(`n is ${2 ** 27}; want an integer from 1 to ${2 ** 26}`);
    expect(memory().numTensors).toBe(before);
    x.dispose();
  });
});

it('name the backends there are kernels for', async () => {
  await start('cpu');
  const x = zeros([4]);
  class Bare extends KernelBackend {
    override dispose(): void {}
  }
  registerBackend('bare', () => new Bare());
  await setBackend('bare');
  expect(() => rfft(x)).toThrow("rfft: there is no kernel for the backend 'bare'; there are kernels for cpu, wasm");
  await setBackend('cpu');
  x.dispose();
  removeBackend('bare');
});
