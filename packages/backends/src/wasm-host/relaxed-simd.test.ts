// Which of a module's builds runs: the engine decides, and describeBackend says so.
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import source from '../generated/engine.wasm.ts';
import { useBackend } from '../index.ts';
import { hasRelaxedSimd, type WasmBackend, wasmModule } from './index.ts';

const bytesOf = (text: string) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

test('the probe says what the engine does with the relaxed builds', () => {
  expect(WebAssembly.validate(bytesOf(source.unshared))).toBe(true);
  expect(WebAssembly.validate(bytesOf(source.shared))).toBe(true);
  expect(WebAssembly.validate(bytesOf(source.unsharedRelaxed))).toBe(hasRelaxedSimd());
  expect(WebAssembly.validate(bytesOf(source.sharedRelaxed))).toBe(hasRelaxedSimd());
  // Without an instruction of its own the relaxed build would be the plain one.
  expect(source.unsharedRelaxed).not.toBe(source.unshared);
});

test('a flag of Node 20 or a newer version turns it on', () => {
  const isFlagged = process.execArgv.includes('--experimental-wasm-relaxed-simd');
  expect(hasRelaxedSimd()).toBe(isFlagged || Number(process.versions.node.split('.')[0]) >= 21);
});

test('the build that is described is the one that is loaded', async () => {
  const info = await useBackend('wasm');
  expect(info.relaxedSimd).toBe(hasRelaxedSimd());
  expect(String(info)).toContain(hasRelaxedSimd() ? ', relaxed SIMD,' : ', SIMD,');
  const backend = tf.backend() as unknown as WasmBackend;
  const other = { ...source, unshared: '', shared: '', unsharedRelaxed: '', sharedRelaxed: '' };
  const wanted = hasRelaxedSimd() ? 'unsharedRelaxed' : 'unshared';
  expect(() => wasmModule(backend, { ...other, [wanted]: source[wanted] })).not.toThrow();
  expect(() => wasmModule(backend, { ...source, [wanted]: '' })).toThrow();
});
